//! The files in which programs keep credentials, at the places where they keep them.

use hf_guard::rules::example;

use crate::support::{Sandbox, hf_token};

/// Stages `template`, filled in, at `path`: exactly one finding, of `rule`, that does not show its secret.
#[track_caller]
fn assert_one(path: &str, template: &str, rule: &str) {
    let text = example::expand(template, 11).expect("a good template");
    let sandbox = Sandbox::new();
    sandbox.stage(path, &text);
    let run = sandbox.guard(&["scan", "--staged", "--format", "json"]);
    run.assert_code(1);
    let report = run.json();
    let found: Vec<&str> = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|finding| finding["rule"].as_str())
        .collect();
    assert_eq!(found, [rule], "{path}: {text}");
}

#[test]
fn tokens_of_hugging_face_are_found_where_its_programs_keep_them() {
    let token = hf_token(71);
    for path in [
        "cache/huggingface/token",
        ".huggingface/token",
        "cache/huggingface_staging/token",
    ] {
        assert_one(path, &token, "huggingface-user-token");
        assert_one(path, &format!("{token}\n"), "huggingface-user-token");
    }
    assert_one(
        "cache/huggingface/stored_tokens",
        &format!("[laptop]\nhf_token = {token}\n"),
        "huggingface-user-token",
    );
    assert_one(
        "cache/huggingface/stored_tokens",
        "[laptop]\nrefresh_token = hf_oauth__refresh_{{L34}}\nexpires_at = 1780000000\n",
        "huggingface-oauth-refresh-token",
    );
    assert_one(
        ".git-credentials",
        &format!("https://hf_user:{token}@huggingface.co\n"),
        "huggingface-user-token",
    );
}

#[test]
fn passwords_are_found_where_other_programs_keep_them() {
    for (path, template, rule) in [
        (
            ".netrc",
            "machine git.example.org\n  login ada\n  password {{A32}}\n",
            "netrc-password",
        ),
        (
            ".npmrc",
            "//registry.npmjs.org/:_authToken={{uuid}}\n",
            "npm-auth-token-by-name",
        ),
        (
            ".npmrc",
            "//r.example.org/:_auth={{base64:ada:{{A24}}}}\n",
            "npmrc-auth",
        ),
        (
            ".pypirc",
            "[pypi]\nusername = ada\npassword = {{A20}}\n",
            "pypirc-password",
        ),
        (
            ".docker/config.json",
            "{\n\t\"auths\": {\n\t\t\"r.example.org\": {\n\t\t\t\"auth\": \"{{base64:ada:{{A20}}}}\"\n\t\t}\n\t}\n}\n",
            "docker-config-auth",
        ),
        (
            ".kube/config",
            "users:\n- name: ada\n  user:\n    token: {{A43}}\n",
            "kubeconfig-token",
        ),
        (
            ".git-credentials",
            "https://ada:{{A26}}@git.example.org\n",
            "url-password",
        ),
        (
            "kaggle.json",
            r#"{"username":"ada","key":"{{h32}}"}"#,
            "kaggle-legacy-api-key",
        ),
        (
            ".streamlit/secrets.toml",
            "[connections.db]\nusername = \"ada\"\npassword = \"{{A20}}\"\n",
            "streamlit-secret",
        ),
        (
            "terraform.tfstate",
            "{\"outputs\": {\"password\": {\n  \"value\": \"{{A24}}\",\n  \"type\": \"string\",\n  \"sensitive\": true\n}}}\n",
            "terraform-state-output",
        ),
        (
            "settings.xml",
            "<server><id>r</id><username>ada</username><password>{{A24}}</password></server>\n",
            "maven-server-password",
        ),
    ] {
        assert_one(path, template, rule);
    }
}

#[test]
fn what_stands_there_instead_of_a_password_is_quiet() {
    let sandbox = Sandbox::new();
    for (path, text) in [
        (
            ".netrc",
            "machine git.example.org login ada password $PASSWORD\n",
        ),
        (".npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n"),
        (
            ".pypirc",
            "[pypi]\nusername = __token__\npassword = <PyPI token>\n",
        ),
        (
            "README.md",
            "git clone https://user:password@example.org/a.git\n",
        ),
        (
            "proxy.env",
            "HTTPS_PROXY=http://${USER}:${PASSWORD}@proxy:3128\n",
        ),
        (
            "settings.xml",
            "<server><id>r</id><username>ada</username><password>${env.PW}</password></server>\n",
        ),
    ] {
        sandbox.stage(path, text);
    }
    sandbox.guard(&["scan", "--staged"]).assert_code(0);
}
