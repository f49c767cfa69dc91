//! An RPC node over the ledger in this process: JSON-RPC by HTTP, as far as the terminal asks. So the terminal itself can be
//! tried over days and months, which pass when the test moves the clock.

pub mod fake;
mod http;
mod methods;

use std::future::ready;

use anyhow::Result;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::ledger::Svm;

/// An RPC node on a port of its own. It ends when it is dropped.
pub struct SvmRpc {
    svm: Svm,
    port: u16,
    serving: JoinHandle<()>,
}

impl SvmRpc {
    /// Serves `svm`. Must be called within a Tokio runtime.
    pub async fn start(svm: Svm) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let ledger = svm.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let ledger = ledger.clone();
                tokio::spawn(async move {
                    // A client that goes away ends its own connection only.
                    let answer = |request| ready(http::Reply::ok(&methods::answer(&ledger, &request)));
                    let _ = http::serve(stream, answer).await;
                });
            }
        });
        Ok(Self { svm, port, serving })
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The ledger that it serves: the test moves its clock.
    pub const fn ledger(&self) -> &Svm {
        &self.svm
    }
}

impl Drop for SvmRpc {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
