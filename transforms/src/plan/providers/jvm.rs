//! Clojure, Java and Scala.

use super::shared::pattern;
use crate::plan::detect::{Provided, Provider, Scope};
use crate::plan::draft::{self, Draft, item, items};
use crate::plan::files::error;
use crate::plan::types::{Origin, Plan, PlanError};
use regex::Regex;
use std::sync::LazyLock;

const BY_CLOJURE: Origin = Origin::Provider("clojure");
const BY_JAVA: Origin = Origin::Provider("java");
const BY_SCALA: Origin = Origin::Provider("scala");
const JAVA_ARCHIVE: &str = "59dc10b5a6f2a592af36375c68fda41246794b86";

pub(super) const CLOJURE: Provider = Provider {
    name: "clojure",
    detect: |scope| Ok(scope.files.has("project.clj") || scope.files.has("build.clj")),
    plan: |scope| clojure(scope).map(Provided::from).map(Some),
};

pub(super) const JAVA: Provider = Provider {
    name: "java",
    detect: |scope| {
        let files = scope.files;
        Ok(["pom.xml", "pom.rb", "pom.scala", "pom.yaml", "pom.yml", "gradlew"].iter().any(|f| files.has(f))
            || ["pom.atom", "pom.clj", "pom.groovy"].iter().any(|dir| files.has_dir(dir)))
    },
    plan: |scope| java(scope).map(Provided::from).map(Some),
};

pub(super) const SCALA: Provider = Provider {
    name: "scala",
    detect: |scope| Ok(scope.files.has("build.sbt")),
    plan: |scope| if scope.files.has("build.sbt") { scala(scope).map(Some) } else { Ok(None) },
};

fn clojure(scope: Scope<'_>) -> Result<Plan, PlanError> {
    let files = scope.files;
    let version = match scope.env.config("JDK_VERSION") {
        Some(version) => version,
        None if files.has(".jdk-version") => files.text(".jdk-version")?,
        None => String::new(),
    };
    let jdk = match version.trim() {
        "latest" => "jdk",
        "11" => "jdk11",
        _ => "jdk8",
    };
    let (tool, build) = if files.has("build.clj") {
        ("clojure", "clojure -T:build uber")
    } else if files.text_or_empty("project.clj").to_lowercase().contains("[lein-ring ") {
        ("leiningen", "lein ring uberjar")
    } else {
        ("leiningen", "lein uberjar")
    };
    let mut plan = Plan::default();
    Draft::setup(&BY_CLOJURE, [tool, jdk]).put(&mut plan);
    let collect = "if [ -d /app/target/default+uberjar ]; then find /app/target/default+uberjar -name \"*.jar\" -exec mv -t /app/target/ {} +; fi";
    let mut build = Draft::build(&BY_CLOJURE, Some(format!("{build}; {collect}")));
    build.after("setup");
    build.put(&mut plan);
    draft::start(
        &mut plan,
        &BY_CLOJURE,
        "JAR_FILE=$(find /app/target -name \"*-standalone.jar\" -o -name \"*.jar\" ! -name \"*-SNAPSHOT.jar\" | head -n 1) && bash -c \"java $JAVA_OPTS -jar $JAR_FILE\"",
    );
    Ok(plan)
}

fn java(scope: Scope<'_>) -> Result<Plan, PlanError> {
    let files = scope.files;
    let mut plan = Plan::default();
    let mut build = Draft::build(&BY_JAVA, None);
    let gradle = files.has("gradlew");
    let tool = if gradle {
        let version = gradle_version(scope)?;
        let wrapped = files.has("gradle/wrapper/gradle-wrapper.properties");
        if !files.is_executable("gradlew") {
            build.cmd("chmod +x gradlew");
        }
        build.cmd(format!("{} clean build -x check -x test", if wrapped { "./gradlew" } else { "gradle" }));
        build.cache("/root/.gradle");
        match version {
            8 => "gradle".to_owned(),
            4..=7 => format!("gradle_{version}"),
            _ => return Err(error(format!("Unsupported Gradle version: {version}"))),
        }
    } else {
        let wrapped = files.has("mvnw") && files.has(".mvn/wrapper/maven-wrapper.properties");
        let maven = if wrapped { "chmod +x ./mvnw && ./mvnw" } else { "mvn" };
        build.cmd(format!(
            "{maven} -DoutputFile=target/mvn-dependency-list.log -B -DskipTests clean dependency:list install"
        ));
        build.cache(".m2/repository");
        "maven".to_owned()
    };
    let mut setup = Draft::setup(&BY_JAVA, [jdk(scope)?.to_owned(), tool]);
    setup.archive(JAVA_ARCHIVE);
    setup.put(&mut plan);
    build.after("setup");
    build.put(&mut plan);
    draft::start(&mut plan, &BY_JAVA, java_start(scope)?);
    Ok(plan)
}

fn jdk(scope: Scope<'_>) -> Result<&'static str, PlanError> {
    let version = match scope.env.config("JDK_VERSION") {
        Some(version) => number(&version)?,
        None if scope.files.has("gradlew") => match gradle_version(scope)? {
            6 => 11,
            0..=5 => 8,
            _ => 17,
        },
        None => 17,
    };
    match version {
        21 => Ok("jdk21"),
        20 => Ok("jdk20"),
        19 => Ok("jdk"),
        17 => Ok("jdk17"),
        11 => Ok("jdk11"),
        8 => Ok("jdk8"),
        _ => Err(error(format!("Unsupported JDK version: {version}"))),
    }
}

fn number(text: &str) -> Result<u32, PlanError> {
    text.parse().map_err(|_| error("invalid digit found in string"))
}

fn gradle_version(scope: Scope<'_>) -> Result<u32, PlanError> {
    static URL: LazyLock<Regex> = LazyLock::new(|| pattern(r"(distributionUrl[\S].*[gradle])(-)([0-9|\.]*)"));
    static VERSION: LazyLock<Regex> =
        LazyLock::new(|| pattern(r#"^(?:[\sa-zA-Z-"']*)(\d*)(?:\.*)(\d*)(?:\.*\d*)(?:["']?)$"#));
    if let Some(version) = scope.env.config("GRADLE_VERSION") {
        return number(&version);
    }
    let properties = "gradle/wrapper/gradle-wrapper.properties";
    if !scope.files.has(properties) {
        return Ok(8);
    }
    let text = scope.files.text(properties)?;
    let Some(version) = URL.captures(&text).and_then(|c| c.get(3)) else { return Ok(8) };
    let major = VERSION.captures(version.as_str().trim()).and_then(|c| c.get(1));
    Ok(major.map_or(8, |major| major.as_str().parse().unwrap_or_default()))
}

fn java_start(scope: Scope<'_>) -> Result<String, PlanError> {
    let files = scope.files;
    let script = ["build.gradle", "build.gradle.kts"].into_iter().find(|file| files.has(file));
    let script = script.map_or(Ok(String::new()), |file| files.text(file))?;
    let mentions = |text: &str, names: &[&str]| names.iter().any(|name| text.contains(name));
    Ok(if files.has("gradlew") {
        let spring = ["org.springframework.boot", "spring-boot-gradle-plugin", "org.grails:grails-"];
        let port = if mentions(&script, &spring) { "-Dserver.port=$PORT" } else { "" };
        format!("java $JAVA_OPTS -jar {port} $(ls -1 build/libs/*jar | grep -v plain)")
    } else if files.has("pom.xml") {
        let pom = files.text_or_empty("pom.xml");
        let port = if mentions(&pom, &["<groupId>org.wildfly.swarm"]) {
            "-Dswarm.http.port=$PORT"
        } else if pom.contains("<groupId>org.springframework.boot") && pom.contains("<artifactId>spring-boot")
        {
            "-Dserver.port=$PORT"
        } else {
            ""
        };
        format!("java {port} $JAVA_OPTS -jar target/*jar")
    } else {
        "java $JAVA_OPTS -jar target/*jar".to_owned()
    })
}

fn scala(scope: Scope<'_>) -> Result<Provided, PlanError> {
    let version = scope.env.config("JDK_VERSION").map_or(Ok(17), |version| number(&version))?;
    let (jdk, image) = match version {
        21 => ("jdk21", "21.0.1_12"),
        20 => ("jdk20", "20.0.2_9"),
        19 => ("jdk", "19.0.2_7"),
        11 => ("jdk11", "11.0.21_9"),
        8 => ("jdk8", "8u392-b08"),
        _ => ("jdk17", "17.0.9_9"),
    };
    let by = &BY_SCALA;
    let mut plan = Plan::default();
    Draft::setup(by, [format!("(sbt.override {{ jre = {jdk}; }})")]).put(&mut plan);
    let mut build = Draft::build(by, Some("sbt stage".to_owned()));
    build.cache("/root/.sbt").cache("/root/.ivy2/cache").cache("/root/.cache/coursier").after("setup");
    build.put(&mut plan);
    let start = draft::start(&mut plan, by, "./target/universal/stage/bin/main");
    start.run_image = Some(item(by, format!("eclipse-temurin:{image}-jre-jammy")));
    start.only_include_files = Some(items(by, ["./target/universal"]));
    Ok(Provided::from(plan))
}
