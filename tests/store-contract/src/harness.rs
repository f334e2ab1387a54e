//! Runs the list on one kind of database, each behaviour as a test of its own.

use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use souspli_store::Store;

use crate::behaviour::BEHAVIOURS;
use crate::recorder::{Called, Recorder};

/// A future of a test.
pub type Running<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A kind of database.
pub trait Database: Send + Sync + 'static {
    /// An empty store, with all that must outlive it.
    type Empty: Send + Sync + 'static;

    /// Makes an empty store, or says what is missing.
    fn empty(&self) -> Running<Result<Self::Empty, String>>;

    /// The store.
    fn store(empty: &Self::Empty) -> Arc<dyn Store>;

    /// What must hold of the database once a behaviour is done with it; then takes it away.
    fn finish(empty: Self::Empty) -> Running<()>;
}

/// Runs all behaviours and some tests more; ends with an error if a method of the trait was never called.
pub fn run<D: Database>(database: D, more: Vec<Trial>) -> ExitCode {
    let arguments = Arguments::from_args();
    let (database, called) = (Arc::new(database), Arc::new(Called::default()));
    let mut trials = more;
    for behaviour in BEHAVIOURS {
        let (database, called) = (database.clone(), called.clone());
        trials.push(test(behaviour.name, async move {
            let empty = database.empty().await?;
            let store: Arc<dyn Store> = Arc::new(Recorder::new(D::store(&empty), called));
            (behaviour.run)(&store).await;
            D::finish(empty).await;
            Ok(())
        }));
    }
    let all = trials.len() as u64;
    let conclusion = libtest_mimic::run(&arguments, trials);
    let missing = called.missing();
    if conclusion.num_passed == all && !missing.is_empty() {
        eprintln!("no behaviour calls {}", missing.join(", "));
        return ExitCode::FAILURE;
    }
    conclusion.exit_code()
}

/// A test with a runtime of its own.
pub fn test(name: &str, run: impl Future<Output = Result<(), String>> + Send + 'static) -> Trial {
    Trial::test(name, move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        Ok(runtime.block_on(run)?)
    })
}
