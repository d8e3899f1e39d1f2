"""How the page looks: narrow screens first, light and dark as the reader has it, fonts of the reader's machine."""

CSS = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
:root { --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --page: #ffffff; --card: #f6f8fa; }
:root { --good: #1a7f37; --bad: #b3261e; --mark: #0072b2; --best: #b34a00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9aa4af; --line: #3d444d; --page: #0d1117; --card: #161b22; }
  :root { --good: #3fb950; --bad: #ff8a80; --mark: #58b4e8; --best: #f0883e; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); }
main { margin: 0 auto; max-width: 76rem; padding: 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0; overflow-wrap: anywhere; }
h2 { border-bottom: 1px solid var(--line); font-size: 1.25rem; margin: 2.5rem 0 1rem; padding-bottom: .25rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; overflow-wrap: anywhere; }
p { overflow-wrap: anywhere; }
dl { display: grid; gap: .5rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); margin: 1rem 0; }
dt { color: var(--soft); font-size: .85rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.wide { margin: 0 0 .75rem; max-width: 100%; overflow-x: auto; }
.wide:focus-visible { outline: 2px solid var(--mark); }
table { border-collapse: collapse; }
.caption { color: var(--soft); font-size: .85rem; margin: .75rem 0 0; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem 1.25rem .4rem 0; text-align: left; vertical-align: top; }
td { font-variant-numeric: tabular-nums; }
td small { color: var(--soft); white-space: nowrap; }
.best { font-weight: 700; }
.passed { color: var(--good); } .failed { color: var(--bad); } .none { color: var(--soft); }
.cause { background: var(--card); border-left: 4px solid var(--bad); padding: .75rem 1rem; white-space: pre-wrap; }
.plots { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
.plots.broad { grid-template-columns: minmax(0, 1fr); max-width: 60rem; }
figure { background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin: 0; padding: .75rem; }
@media (max-width: 40rem) { figure .wide img { max-width: none; width: 36rem; } }
figcaption { font-size: .9rem; margin-top: .5rem; }
img { background: #fff; border-radius: 4px; display: block; height: auto; margin: 0 auto; max-width: 100%; }
figure svg { display: block; height: auto; margin: 0 auto; max-width: 44rem; width: 100%; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
@media (max-width: 40rem) { svg text { font-size: 15px; } }
svg .grid { stroke: var(--line); } svg .trial { fill: var(--mark); }
svg .best-line { fill: none; stroke: var(--best); stroke-width: 2.5; }
details { margin: .75rem 0; } summary { cursor: pointer; padding: .25rem 0; }
footer { color: var(--soft); font-size: .85rem; margin: 3rem 0 1rem; }
"""
