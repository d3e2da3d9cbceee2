//! A real browser without a window, steered through pipes: what the page of the register is shown in.
//!
//! Source: <https://chromedevtools.github.io/devtools-protocol/>

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Run, Sandbox};
use crate::tools;

/// A machine under load takes its time to start a browser.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one page.
pub struct Browser {
    child: Child,
    to: File,
    from: Receiver<Value>,
    next: u64,
    session: Option<String>,
    /// What happened in the page, in order.
    events: Vec<Value>,
}

impl Browser {
    /// Starts it with a profile inside of `sandbox`, and shows the file at `page`.
    #[track_caller]
    pub fn show(sandbox: &Sandbox, page: &Path) -> Self {
        let mut browser = Self::start(sandbox);
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.call("Target.attachToTarget", attach);
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network", "Accessibility"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        let url = format!("file://{}", page.display());
        browser.call("Page.navigate", json!({"url": url}));
        browser.wait_for("Page.loadEventFired");
        browser
    }

    #[track_caller]
    fn start(sandbox: &Sandbox) -> Self {
        let root = sandbox.root().to_str().expect("a path");
        let (to, from) = (format!("{root}/to-browser"), format!("{root}/from-browser"));
        Run::of(sandbox.command("mkfifo").args([&to, &from])).assert_code(0);
        // The browser reads from its file 3 and writes to its file 4.
        let script = "exec \"$0\" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
                      --user-data-dir=\"$3\" --remote-debugging-pipe 3<\"$1\" 4>\"$2\"";
        let child = sandbox
            .command("sh")
            .args(["-c", script])
            .arg(tools::browser())
            .args([&to, &from, &format!("{root}/profile")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser starts");
        let to = OpenOptions::new().write(true).open(&to);
        let from = File::open(&from).expect("the pipe can be opened");
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            for message in BufReader::new(from).split(0).map_while(Result::ok) {
                let message = serde_json::from_slice(&message).expect("the browser speaks JSON");
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            to: to.expect("the pipe can be opened"),
            from: messages,
            next: 0,
            session: None,
            events: Vec::new(),
        }
    }

    /// Calls a method and gives its result.
    #[track_caller]
    pub fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.next += 1;
        let mut message = json!({"id": self.next, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let text = format!("{message}\0");
        self.to
            .write_all(text.as_bytes())
            .expect("the browser listens");
        loop {
            let message = self.message();
            if message["id"] == self.next {
                assert_eq!(message["error"], Value::Null, "{method}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    #[track_caller]
    fn wait_for(&mut self, event: &str) {
        while !self.events.iter().any(|known| known["method"] == event) {
            let message = self.message();
            self.events.push(message);
        }
    }

    #[track_caller]
    fn message(&mut self) -> Value {
        let message = self.from.recv_timeout(PATIENCE);
        message.expect("the browser answers")
    }

    /// Loads the page anew.
    #[track_caller]
    pub fn reload(&mut self) {
        self.events
            .retain(|event| event["method"] != "Page.loadEventFired");
        self.call("Page.reload", json!({}));
        self.wait_for("Page.loadEventFired");
    }

    /// What a JavaScript expression comes to in the page.
    #[track_caller]
    pub fn eval(&mut self, expression: &str) -> Value {
        let parameters =
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let result = self.call("Runtime.evaluate", parameters);
        assert_eq!(result["exceptionDetails"], Value::Null, "{expression}");
        result["result"]["value"].clone()
    }

    /// The texts of all elements that `selector` names.
    #[track_caller]
    pub fn texts(&mut self, selector: &str) -> Vec<String> {
        let script = format!(
            "Array.from(document.querySelectorAll({}), (one) => one.textContent.trim())",
            json!(selector)
        );
        let texts = self.eval(&script);
        serde_json::from_value(texts).expect("a list of texts")
    }

    /// Types a text into what has the focus.
    #[track_caller]
    pub fn types(&mut self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
    }

    /// Presses a key: `Tab`, `Enter` or a space.
    #[track_caller]
    pub fn press(&mut self, key: &str) {
        let (code, number, text) = match key {
            "Tab" => ("Tab", 9, ""),
            "Enter" => ("Enter", 13, "\r"),
            " " => ("Space", 32, " "),
            other => panic!("{other} is not known here"),
        };
        for kind in ["keyDown", "keyUp"] {
            let mut parameters = json!({
                "type": kind, "key": key, "code": code, "windowsVirtualKeyCode": number
            });
            if kind == "keyDown" && !text.is_empty() {
                parameters["text"] = json!(text);
            }
            self.call("Input.dispatchKeyEvent", parameters);
        }
    }

    /// Sets the size of the window, in CSS pixels.
    #[track_caller]
    pub fn resize(&mut self, width: u32) {
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// Shows the page as on paper or on a screen, in light or dark colours.
    #[track_caller]
    pub fn show_as(&mut self, media: &str, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        let media = json!({"media": media, "features": features});
        self.call("Emulation.setEmulatedMedia", media);
    }

    /// Errors and warnings of the page so far, and every address that it asked for beside itself.
    pub fn problems(&self) -> Vec<String> {
        self.events
            .iter()
            .filter(|event| match event["method"].as_str() {
                Some("Runtime.exceptionThrown" | "Runtime.consoleAPICalled" | "Log.entryAdded") => {
                    true
                }
                Some("Network.requestWillBeSent") => {
                    let url = event["params"]["request"]["url"].as_str();
                    !url.is_some_and(|url| url.starts_with("file://"))
                }
                _ => false,
            })
            .map(|event| event["params"].to_string())
            .collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
