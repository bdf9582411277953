//! The provider for directories of static files.

use crate::plan::detect::{Provided, Provider};
use crate::plan::draft::{self, Draft};
use crate::plan::types::{Origin, Plan};

const BY: Origin = Origin::Provider("staticfile");

pub(super) const STATICFILE: Provider = Provider {
    name: "staticfile",
    detect: |scope| {
        let files = scope.files;
        Ok(files.has("Staticfile")
            || ["public", "index", "dist"].into_iter().any(|dir| files.has_dir(dir))
            || files.has("index.html"))
    },
    plan: |scope| {
        let files = scope.files;
        let mut plan = Plan::default();
        let mut setup = Draft::setup(&BY, ["nginx"]);
        setup.cmd("mkdir /etc/nginx/ /var/log/nginx/ /var/cache/nginx/");
        setup.put(&mut plan);
        let port = "[[ -z \"${PORT}\" ]] && echo \"Environment variable PORT not found. Using PORT 80\" || sed -i \"s/0.0.0.0:80/$PORT/g\"";
        draft::start(&mut plan, &BY, format!("{port} /assets/nginx.conf && nginx -c /assets/nginx.conf"));
        // Only the names count here: no decision rests on the content.
        let mut assets = vec!["nginx.conf"];
        for (file, asset) in [("mime.types", "mime.types"), ("Staticfile.auth", ".htpasswd")] {
            if files.has(file) {
                files.text(file)?;
                assets.push(asset);
            }
        }
        plan.static_assets = Some(assets.into_iter().map(|name| (name.to_owned(), String::new())).collect());
        Ok(Some(Provided::from(plan)))
    },
};
