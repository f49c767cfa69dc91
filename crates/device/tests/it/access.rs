//! TLS with client certificates and the access list of `docs/protocol.md`, on a real broker.

use std::path::{Path, PathBuf};
use std::process::{self, Stdio};
use std::sync::Arc;
use std::time::Duration;

use latchkey_device::clock::{NetworkTime, SystemClock};
use latchkey_device::mqtt::{BrokerConfig, Heard, Link, TlsConfig};
use latchkey_link::tls::TlsError;
use latchkey_protocol::{Key, Outcome, topics};
use latchkey_tests_processes::Mosquitto;
use rumqttc::tokio_native_tls::native_tls;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::{AsyncClient, MqttOptions};
use rumqttc::{TlsConfiguration, Transport};

use crate::broker::{Function, LIMIT, broker_with};
use crate::common::{Order, Rig, START, TestClock, VEHICLE, invocation};

const PAGE: &str = include_str!("../../../../docs/protocol.md");

fn access_list() -> &'static str {
    let (_, block) = PAGE.split_once("\n```mosquitto\n").expect("the page has an access list");
    block.split_once("\n```").unwrap().0
}

/// An authority and the certificates it signs, made by the openssl program.
pub struct Authority<'a>(pub &'a Path);

impl Authority<'_> {
    fn openssl(&self, arguments: &[&str]) {
        let made = process::Command::new("openssl")
            .args(arguments)
            .current_dir(self.0)
            .stdin(Stdio::null())
            .output()
            .expect("openssl runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    pub fn found(&self, name: &str) {
        let (key, certificate) = (format!("{name}.key"), format!("{name}.pem"));
        self.openssl(&[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=test authority",
            "-keyout",
            &key,
            "-out",
            &certificate,
        ]);
    }

    pub fn certify(&self, authority: &str, name: &str, common_name: &str) {
        let (key, request, certificate) =
            (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
        let (ca, ca_key) = (format!("{authority}.pem"), format!("{authority}.key"));
        let extensions = format!("{name}.ext");
        std::fs::write(self.0.join(&extensions), "subjectAltName=IP:127.0.0.1\n").unwrap();
        self.openssl(&[
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-subj",
            &format!("/CN={common_name}"),
            "-keyout",
            &key,
            "-out",
            &request,
        ]);
        self.openssl(&[
            "x509",
            "-req",
            "-in",
            &request,
            "-CA",
            &ca,
            "-CAkey",
            &ca_key,
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            &extensions,
            "-out",
            &certificate,
        ]);
    }
}

/// Configuration for `openssl ca`, which can choose a certificate's dates.
const DATED: &str = "[ca]\ndefault_ca = d\n[d]\ndatabase = index.txt\nnew_certs_dir = .\nserial = serial\n\
    default_md = sha256\npolicy = p\nx509_extensions = e\n[p]\ncommonName = supplied\n[e]\n\
    subjectAltName = IP:127.0.0.1\n";

impl Authority<'_> {
    /// Signs a request once more, for other dates.
    fn date(&self, authority: &str, name: &str, from: &str, to: &str) {
        for (file, text) in [("ca.cnf", DATED), ("index.txt", ""), ("serial", "01\n")] {
            std::fs::write(self.0.join(file), text).unwrap();
        }
        let (ca, ca_key) = (format!("{authority}.pem"), format!("{authority}.key"));
        let (request, certificate) = (format!("{name}.csr"), format!("{name}.pem"));
        self.openssl(&[
            "ca",
            "-batch",
            "-notext",
            "-config",
            "ca.cnf",
            "-cert",
            &ca,
            "-keyfile",
            &ca_key,
            "-in",
            &request,
            "-out",
            &certificate,
            "-startdate",
            from,
            "-enddate",
            to,
        ]);
    }
}

/// A broker as the page wants it, with certificates for two cars, a function, and a car of a foreign authority; `None`
/// where mosquitto or openssl is missing.
async fn secured() -> Option<Mosquitto> {
    secured_with(|_| {}).await
}

/// The same, after something is done to its certificates.
async fn secured_with(change: impl FnOnce(&Authority<'_>)) -> Option<Mosquitto> {
    if process::Command::new("openssl").arg("version").output().is_err() {
        eprintln!("skipped: no openssl to make certificates with");
        return None;
    }
    broker_with(|directory| {
        let authority = Authority(directory);
        authority.found("ca");
        authority.found("foreign");
        authority.certify("ca", "broker", "broker");
        authority.certify("ca", "function", "function");
        authority.certify("ca", "car", &name(&VEHICLE));
        authority.certify("ca", "other", &name(&OTHER));
        authority.certify("foreign", "impostor", &name(&VEHICLE));
        change(&authority);
        let path = |file: &str| directory.join(file).display().to_string();
        std::fs::write(directory.join("acl"), access_list()).unwrap();
        format!(
            "cafile {}\ncertfile {}\nkeyfile {}\nrequire_certificate true\nuse_identity_as_username true\n\
             acl_file {}\n",
            path("ca.pem"),
            path("broker.pem"),
            path("broker.key"),
            path("acl"),
        )
    })
    .await
}

const OTHER: Key = [0xdd; 32];

fn name(vehicle: &Key) -> String {
    bs58::encode(vehicle).into_string()
}

fn config(broker: &Mosquitto, ca: &str, holder: &str) -> BrokerConfig {
    let file = |file: String| -> PathBuf { broker.path(&file) };
    BrokerConfig {
        host: "127.0.0.1".to_owned(),
        port: broker.port(),
        tls: Some(TlsConfig {
            ca: file(format!("{ca}.pem")),
            certificate: file(format!("{holder}.pem")),
            key: file(format!("{holder}.key")),
        }),
        keep_alive_secs: 5,
    }
}

/// Options of a client that holds this certificate.
fn client(broker: &Mosquitto, holder: &str) -> MqttOptions {
    let mut options =
        MqttOptions::new(format!("{holder}-{}", rand::random::<u64>()), "127.0.0.1", broker.port());
    let directory = broker.path("ca.pem");
    options.set_transport(tls(directory.parent().unwrap(), Some(holder)));
    options
}

/// TLS to a broker that `ca.pem` in this directory signed, with the certificate of `holder`, or with none.
pub fn tls(directory: &Path, holder: Option<&str>) -> Transport {
    let read = |file: String| std::fs::read(directory.join(file)).unwrap();
    let mut builder = native_tls::TlsConnector::builder();
    builder.add_root_certificate(native_tls::Certificate::from_pem(&read("ca.pem".to_owned())).unwrap());
    if let Some(holder) = holder {
        let (certificate, key) = (read(format!("{holder}.pem")), read(format!("{holder}.key")));
        builder.identity(native_tls::Identity::from_pkcs8(&certificate, &key).unwrap());
    }
    Transport::tls_with_config(TlsConfiguration::from(builder.build().unwrap()))
}

/// A clock that the network has set to the machine's own time.
fn clock() -> Arc<SystemClock> {
    Arc::new(SystemClock::new(NetworkTime::Always))
}

async fn next(link: &mut Link) -> Option<Heard> {
    tokio::time::timeout(LIMIT, link.next()).await.unwrap()
}

async fn hears_nothing(link: &mut Link) -> bool {
    tokio::time::timeout(Duration::from_millis(700), link.next()).await.is_err()
}

#[tokio::test]
async fn a_car_speaks_on_its_own_topics_and_no_others() {
    let Some(broker) = secured().await else { return };
    let mut function = Function::connect_with(client(&broker, "function"), name(&VEHICLE)).await;
    let mut link = Link::open(&config(&broker, "ca", "car"), &VEHICLE, clock()).unwrap();
    assert_eq!(next(&mut link).await, Some(Heard::Connected));
    function.presence("online").await;

    // Another car, with a good certificate of its own, tries to command this one and to answer for it.
    let (other, mut events) = AsyncClient::new(client(&broker, "other"), 16);
    let polling = tokio::spawn(async move { while events.poll().await.is_ok() {} });
    let forged = |topic: String| other.publish(topic, QoS::AtLeastOnce, false, "forged");
    forged(topics::command(&name(&VEHICLE))).await.unwrap();
    forged(topics::receipt(&name(&VEHICLE))).await.unwrap();
    forged(topics::presence(&name(&VEHICLE))).await.unwrap();
    // Its own receipt topic it may use; after that, the forgeries before it have been judged.
    let mut beside = Function::connect_with(client(&broker, "function"), name(&OTHER)).await;
    forged(topics::receipt(&name(&OTHER))).await.unwrap();
    assert_eq!(beside.receipt().await.payload, "forged");
    assert!(function.unread().is_empty());

    let sealed = Order::lock(1).sealed();
    function.command(invocation(1), sealed.clone()).await;
    assert_eq!(next(&mut link).await, Some(Heard::Command(sealed)));
    link.close().await;
    let heard = function.presence("offline").await;
    assert_eq!(heard.payload, "offline");
    polling.abort();
}

#[tokio::test]
async fn a_car_does_not_hear_another_cars_commands() {
    let Some(broker) = secured().await else { return };
    let function = Function::connect_with(client(&broker, "function"), name(&VEHICLE)).await;
    // The wrong certificate for these topics: mosquitto grants the subscription, and delivers nothing.
    let mut link = Link::open(&config(&broker, "ca", "other"), &VEHICLE, clock()).unwrap();
    assert_eq!(next(&mut link).await, Some(Heard::Connected));
    function.command(invocation(1), Order::lock(1).sealed()).await;
    assert!(hears_nothing(&mut link).await);
    link.close().await;
}

#[tokio::test]
async fn a_broker_of_another_authority_is_not_trusted_and_neither_is_a_car() {
    let Some(broker) = secured().await else { return };
    let mut distrusts = Link::open(&config(&broker, "foreign", "car"), &VEHICLE, clock()).unwrap();
    assert!(hears_nothing(&mut distrusts).await);
    let mut impostor = Link::open(&config(&broker, "ca", "impostor"), &VEHICLE, clock()).unwrap();
    assert!(hears_nothing(&mut impostor).await);
    let mut good = Link::open(&config(&broker, "ca", "car"), &VEHICLE, clock()).unwrap();
    assert_eq!(next(&mut good).await, Some(Heard::Connected));
}

#[tokio::test]
async fn tls_files_that_cannot_be_used_are_named_before_anything_is_sent() {
    let Some(broker) = secured().await else { return };
    let refusal = |change: fn(&mut TlsConfig)| {
        let mut config = config(&broker, "ca", "car");
        change(config.tls.as_mut().unwrap());
        Link::open(&config, &VEHICLE, clock()).unwrap_err()
    };
    let missing = refusal(|tls| tls.ca = "no/such.pem".into());
    assert!(matches!(&missing, TlsError::Unreadable { path, .. } if path.ends_with("no/such.pem")));
    let swapped = refusal(|tls| std::mem::swap(&mut tls.certificate, &mut tls.key));
    assert!(matches!(swapped, TlsError::Identity { .. }));
    let no_certificate = refusal(|tls| tls.ca = tls.key.clone());
    assert!(matches!(no_certificate, TlsError::Authority { .. }));
}

/// A clock that shows 1970 unless the network says otherwise.
fn clock_of_1970(network: Option<i64>) -> Arc<TestClock> {
    let clock = TestClock::new();
    clock.set_wall(0);
    clock.set_network(network);
    Arc::new(clock)
}

/// The broker's certificate is not valid before 2040, or has not been valid since 2020.
const DATES: [(&str, &str); 2] =
    [("20400101000000Z", "20410101000000Z"), ("20190101000000Z", "20200101000000Z")];

#[tokio::test]
async fn c12_a_car_without_a_time_judges_no_certificate_by_its_dates_and_hears_its_unlock() {
    for (from, to) in DATES {
        let dated = secured_with(|authority| authority.date("ca", "broker", from, to)).await;
        let Some(broker) = dated else { return };
        let clock = clock_of_1970(None);
        let mut link = Link::open(&config(&broker, "ca", "car"), &VEHICLE, clock.clone()).unwrap();
        assert_eq!(next(&mut link).await, Some(Heard::Connected), "{from}");

        // It cannot tell whether a lock is over, and refuses it; an unlock needs no clock.
        let mut rig = Rig::new();
        rig.clock.power_off(0);
        rig.clock.set_wall(0);
        rig.restart();
        rig.expect(&Order::lock(1), Outcome::RefusedNoTime);
        rig.expect(&Order::unlock(1), Outcome::Applied);
        link.close().await;
    }
}

#[tokio::test]
async fn a_car_with_a_time_that_it_trusts_refuses_certificates_of_another_time() {
    for (from, to) in DATES {
        let dated = secured_with(|authority| authority.date("ca", "broker", from, to)).await;
        let Some(broker) = dated else { return };
        let mut refuses =
            Link::open(&config(&broker, "ca", "car"), &VEHICLE, clock_of_1970(Some(START))).unwrap();
        assert!(hears_nothing(&mut refuses).await, "{from}");
    }
}

#[tokio::test]
async fn a_car_without_a_time_trusts_no_other_authority() {
    let Some(broker) = secured().await else { return };
    let mut distrusts =
        Link::open(&config(&broker, "foreign", "car"), &VEHICLE, clock_of_1970(None)).unwrap();
    assert!(hears_nothing(&mut distrusts).await);
}
