//! Whom a server's certificate must come from.
//!
//! In: the file that the person names, or nothing. Out: root certificates: those of the file, else those that this machine
//! trusts, a company's own among them. None are bundled: a list in the binary ages.

use std::io;
use std::path::{Path, PathBuf};

use ureq::tls::{Certificate, PemItem, parse_pem};

/// Why there are no root certificates.
#[derive(Debug, thiserror::Error)]
pub enum RootsError {
    /// The file cannot be read.
    #[error(
        "cannot read the root certificates {path:?}; correct SSL_CERT_FILE, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE"
    )]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file holds none.
    #[error(
        "{path:?} holds no certificate in PEM; correct SSL_CERT_FILE, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE"
    )]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The machine has none.
    #[error(
        "this machine trusts no root certificate; install its ca-certificates or name a file in SSL_CERT_FILE"
    )]
    None,
}

/// Loads the certificates of `file`, or those of the machine.
pub(super) fn load(file: Option<&Path>) -> Result<Vec<Certificate<'static>>, RootsError> {
    let certificates: Vec<Certificate<'static>> = match file {
        Some(path) => from_file(path)?,
        None => rustls_native_certs::load_native_certs()
            .certs
            .iter()
            .map(|certificate| Certificate::from_der(certificate).to_owned())
            .collect(),
    };
    match file {
        _ if !certificates.is_empty() => Ok(certificates),
        Some(path) => Err(RootsError::Empty {
            path: path.to_path_buf(),
        }),
        None => Err(RootsError::None),
    }
}

fn from_file(path: &Path) -> Result<Vec<Certificate<'static>>, RootsError> {
    let pem = std::fs::read(path).map_err(|source| RootsError::Read {
        path: path.to_path_buf(),
        source,
    })?;
    // A bundle may hold other things; only what reads as a certificate counts.
    Ok(parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            Ok(_) | Err(_) => None,
        })
        .collect())
}
