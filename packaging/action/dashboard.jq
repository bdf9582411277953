# The dashboard issue, from the report of `nixpacks-fix check --output-format json`: its title and its body, and how many
# services fail. Everything that comes from the repository is written so that GitHub shows it and does nothing else with it.

# At most `most` characters as a code span, in which GitHub finds no markup, no link, no mention and no issue.
def inert(most):
  (if length > most then .[:most - 1] + "…" else . end)
  | gsub("[\\x00-\\x1f\\x7f]"; " ")
  # Not even a code span keeps a bar from ending a cell.
  | gsub("[|]"; "\\|")
  | ([scan("`+") | length] | max // 0) as $run
  | ("`" * ($run + 1)) as $fence
  | if test("^ *$") then "" elif $run > 0 then "\($fence) \(.) \($fence)" else "`\(.)`" end;

# The address of a file or directory of this commit; none where it is outside the repository.
def address(kind; line):
  if startswith("/") or (split("/") | any(. == "..")) then null
  else
    ltrimstr("./") as $path
    | (if $path == "." or $path == "" then "" else "/" + ($path | split("/") | map(@uri | gsub("(?<c>[!*'()])"; "%" + {"!": "21", "*": "2A", "'": "27", "(": "28", ")": "29"}[.c])) | join("/")) end) as $path
    | "\($server)/\($repository)/\(kind)/\($commit)\($path)\(if line then "#L\(line)" else "" end)"
  end;

def linked(text; address): if address then "[\(text)](\(address))" else text end;

def place($finding):
  if $finding.path then (if .path == "." then $finding.path else "\(.path)/\($finding.path)" end) else .path end;

# The problem that says why, or the first.
def cause: (.findings | map(select(.severity == "error")) | first) // (.findings | first);

def fails: (.errors | length) > 0 or .verdict.outcome == "fails";

def reason:
  if (.errors | length) > 0 then .errors[0] | [.path, .message] | map(inert(200) | select(. != "")) | join(": ")
  else
    {plan: "when Nixpacks reads its files", nix: "when Nix installs the packages", build: "in the build", start: "at the start"}[.verdict.stage // ""] as $stage
    | [$stage // empty, (.verdict.command // empty | "at \(inert(160))")] | join(", ")
    | if . == "" then "fails" else . end
  end;

def row:
  . as $app
  | cause as $cause
  | (if $cause then place($cause) else .path end) as $place
  | (if .path == "." then "the repository" else .path | inert(160) end) as $name
  | [
      linked($name; ($place | address(if $cause.path? then "blob" else "tree" end; $cause.start.line?))),
      reason,
      (if (.errors | length) > 0 then "" else .verdict.detail // "" | inert(200) end),
      (if .verdict_after.outcome? == "builds" and (.changes | length) > 0 then "`nixpacks-fix fix` repairs it"
       elif (.changes | length) > 0 then "`nixpacks-fix fix` repairs a part"
       else "to be fixed by hand" end)
    ]
  | "| \(join(" | ")) |";

# The rows, as many as fit.
def bounded(limit):
  . as $rows
  | reduce range(0; length) as $at ({text: "", left: 0};
      if (.text | length) + ($rows[$at] | length) > limit or .left > 0 then .left += 1 else .text += $rows[$at] + "\n" end)
  | .text + (if .left > 0 then "\n… and \(.left) more: `nixpacks-fix check` lists them.\n" else "" end);

def count(noun): "\(.) \(noun)\(if . == 1 then "" else "s" end)";

(.apps | map(select(fails))) as $failing
| (.apps | map(select(.verdict.outcome == "unknown" and (fails | not)))) as $unknown
| {
    failing: ($failing | length),
    title: $title,
    body: (
      "\($marker)\n"
      + (if ($failing | length) == 0 then "No service is predicted to fail with Nixpacks: \(.apps | length | count("service")) checked.\n"
         else
           "\($failing | length) of \(.apps | length | count("service")) \(if ($failing | length) == 1 then "is" else "are" end) predicted to fail with Nixpacks.\n\n"
           + "| service | fails | error | fix |\n|---|---|---|---|\n"
           + ($failing | map(row) | bounded(50000))
           + "\n`nixpacks-fix check` says why, and `nixpacks-fix diff` shows the fix.\n"
         end)
      + (if ($unknown | length) > 0 then "\nNot predictable: \($unknown | map(if .path == "." then "the repository" else .path | inert(160) end) | .[:20] | join(", "))\(if ($unknown | length) > 20 then " and \(($unknown | length) - 20) more" else "" end).\n" else "" end)
      + "\nChecked at \($commit[:12]) by [nixpacks-fix](https://github.com/nixpacks-fix/nixpacks-fix), [in this run](\($server)/\($repository)/actions/runs/\($run)). These are predictions: no build was run. This issue is kept up to date, and closed when nothing fails; close it yourself, and it stays closed.\n"
    )
  }
