"""How a page of ours looks, and the policy under which a browser may show it."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --ground: #fff; --text: #1b1f24; --faint: #57606a; --line: #d0d7de; --box: #f6f8fa;
  --good: #116329; --bad: #a40e26; --odd: #6639ba; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #0d1117; --text: #e6edf3; --faint: #9198a1; --line: #3d444d; --box: #161b22;
    --good: #56d364; --bad: #ff7b72; --odd: #d2a8ff; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 62rem; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: .25rem 0; font-size: 1.35rem; line-height: 1.3; }
h2 { margin: 0 0 .5rem; font-size: 1.05rem; }
p { margin: .25rem 0; }
header { border-left: .35rem solid; padding-left: .9rem; }
header h1, header p { color: var(--text); }
header .word { color: inherit; font-weight: 700; letter-spacing: .04em; }
section { margin-top: 1rem; padding: .8rem 1rem; background: var(--box); border: 1px solid var(--line);
  border-radius: .4rem; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.odd { color: var(--odd); }
.faint, footer, dt { color: var(--faint); }
footer { margin: 1rem 0; font-size: .9rem; }
.cause { margin-top: .8rem; }
.change { margin-top: .4rem; padding: .5rem .8rem; border: 1px solid var(--line); border-radius: .4rem;
  background: var(--ground); }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr); gap: .2rem 1rem; margin: 0; }
dd { margin: 0; unicode-bidi: isolate; }
ol { margin: 0; padding-left: 1.6rem; }
li { margin-bottom: .4rem; unicode-bidi: isolate; }
table { border-collapse: collapse; width: 100%; margin-top: .6rem; }
th { text-align: left; font-weight: 600; overflow-wrap: normal; }
th, td { padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
code { font-family: ui-monospace, monospace; font-size: .93em; }
summary { cursor: pointer; color: var(--faint); }
details { margin-top: .5rem; }
@media (max-width: 34rem) {
  body { padding: .6rem; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin-bottom: .4rem; }
}
"""

POLICY_OF_THE_PAGE: Final = (
    "default-src 'none'; "
    f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode('ascii')}'; "
    "base-uri 'none'; form-action 'none'"
)
"""Its own style, and nothing else; stands in the page itself, where frame-ancestors has no meaning."""

CONTENT_SECURITY_POLICY: Final = f"{POLICY_OF_THE_PAGE}; frame-ancestors 'none'"
"""The value of the header Content-Security-Policy that belongs to a page."""
