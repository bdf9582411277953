//! What is still wanted where a `railpack.json` has the rest.

use crate::losses::Loss;
use crate::wanted::Wanted;

impl Wanted {
    /// What of it is among the losses.
    pub(crate) fn only(&self, lost: &[Loss]) -> Self {
        let has = |is: &dyn Fn(&Loss) -> bool| lost.iter().any(is);
        let mut only = self.clone();
        let package = |wanted: &str, build: bool| {
            has(
                &|loss| matches!(loss, Loss::Package { name, for_build, .. } if name == wanted && *for_build == build),
            )
        };
        only.deploy.retain(|wanted| package(&wanted.name, false));
        only.build.retain(|wanted| package(&wanted.name, true));
        only.tools.retain(|wanted, _| has(&|loss| matches!(loss, Loss::Tool { name, .. } if name == wanted)));
        only.variables
            .retain(|wanted, _| has(&|loss| matches!(loss, Loss::Variable(name) if name == wanted)));
        only.commands.retain(|wanted| {
            has(&|loss| match loss {
                Loss::Command(text) | Loss::NotShipped { command: text, .. } => *text == wanted.text,
                _ => false,
            })
        });
        if !has(&|loss| matches!(loss, Loss::Install(_))) {
            only.python_acts.clear();
        }
        if !has(&|loss| matches!(loss, Loss::Browsers)) {
            only.browsers = None;
        }
        let start =
            |loss: &Loss| matches!(loss, Loss::NoStart { .. } | Loss::OtherStart { .. } | Loss::AnyStart(_));
        if !has(&start) {
            only.start = None;
        }
        only
    }
}
