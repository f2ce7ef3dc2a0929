/** The one stylesheet of the start page, inline: the page needs nothing but itself. */
export const STYLE = `
:root{color-scheme:light dark;--ground:#faf9f6;--paper:#fff;--ink:#1d1c1a;--soft:#66625b;--line:#e0dcd3;--link:#1f5b86;
--strong:#1f5b86;--on-strong:#fff;--plus:#d7f0dc;--plus-ink:#0c4a1e;--minus:#fbdedb;--minus-ink:#7a1811;--warn:#8a5a00}
@media(prefers-color-scheme:dark){:root{--ground:#161513;--paper:#201f1c;--ink:#ece8e1;--soft:#a39d92;--line:#37342f;--link:#8dc1e8;
--strong:#8dc1e8;--on-strong:#10212e;--plus:#12391f;--plus-ink:#b5efc5;--minus:#48191a;--minus-ink:#ffc9c4;--warn:#e5b567}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans Arabic","Noto Naskh Arabic",sans-serif}
:lang(ar){line-height:1.75}
.in{max-width:50rem;margin:0 auto;padding:0 1rem}
header{border-block-end:1px solid var(--line);background:var(--paper)}
header .in{display:flex;flex-wrap:wrap;align-items:baseline;gap:.25rem 1rem;padding-block:.9rem}
header .name{font-size:1.25rem;font-weight:700;letter-spacing:.01em;color:var(--ink);text-decoration:none}
header p{margin:0;color:var(--soft);flex:1 1 16rem}
header nav{margin-inline-start:auto}
main{padding-block:1.5rem 3rem}
footer{border-block-start:1px solid var(--line);color:var(--soft)}
footer .in{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding-block:1rem}
a{color:var(--link);text-underline-offset:.15em}
h1{font-size:1.35rem;line-height:1.35;margin:0 0 .75rem}
h2{font-size:1.1rem;margin:2.25rem 0 .75rem}
h2 small{font-weight:400;color:var(--soft)}
form{display:flex;flex-wrap:wrap;gap:.5rem}
input,select,button{font:inherit;color:inherit;min-height:2.75rem;padding:.35rem .75rem;border:1px solid var(--line);border-radius:.5rem;background:var(--paper)}
input{flex:1 1 14rem;min-width:0}
select{max-width:100%;flex:0 1 auto}
button{background:var(--strong);border-color:var(--strong);color:var(--on-strong);font-weight:600;cursor:pointer}
:is(input,select,button,a):focus-visible{outline:3px solid var(--link);outline-offset:2px}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.soft{color:var(--soft)}
.note{border-inline-start:3px solid var(--warn);padding-inline-start:.75rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:start;padding:.45rem .75rem .45rem 0;border-block-end:1px solid var(--line);vertical-align:baseline}
[dir=rtl] :is(th,td){padding:.45rem 0 .45rem .75rem}
th{font-weight:600;color:var(--soft);font-size:.875rem}
td.n,th.n{font-variant-numeric:tabular-nums;text-align:end}
td.n:last-child,th.n:last-child{padding-inline-end:0}
.list{list-style:none;margin:0;padding:0}
.card{background:var(--paper);border:1px solid var(--line);border-radius:.75rem;padding:.9rem 1rem;margin-block:.75rem;overflow-wrap:anywhere}
.card>:first-child{margin-block-start:0}
.card>:last-child{margin-block-end:0}
.meta{display:flex;flex-wrap:wrap;gap:.1rem .9rem;color:var(--soft);font-size:.9rem;margin-block:.35rem}
.meta strong{color:var(--ink)}
.text{white-space:pre-wrap;margin-block:.5rem;font-size:1.0625rem}
.title{white-space:pre-wrap;margin-block:.5rem;font-size:1.0625rem;font-weight:700;line-height:1.5}
h3.title.more{white-space:pre-line;-webkit-line-clamp:3}
.more{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:6;overflow:hidden}
.badge{display:inline-block;border:1px solid currentColor;border-radius:1rem;padding:0 .6rem;font-size:.85rem;line-height:1.6}
.gone{color:var(--minus-ink)}
.unsure{color:var(--warn)}
ins{background:var(--plus);color:var(--plus-ink);text-decoration:underline;text-decoration-thickness:2px}
del{background:var(--minus);color:var(--minus-ink)}
ins,del{border-radius:.2rem;padding-inline:.1em}
code,pre{font-family:ui-monospace,"SFMono-Regular",Menlo,Consolas,monospace;font-size:.875rem}
pre{direction:ltr;text-align:left;background:var(--paper);border:1px solid var(--line);border-radius:.5rem;padding:.75rem;overflow-x:auto}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.75rem 0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere;min-width:0}
@media(max-width:40rem){header p{order:1;flex-basis:100%}}
@media(max-width:30rem){select{flex:1 1 auto}dl{grid-template-columns:1fr;gap:0}dd{margin-block-end:.5rem}.folds thead{display:none}
.folds tr{display:block;border-block-end:1px solid var(--line);padding-block:.5rem}.folds td{display:flex;justify-content:space-between;gap:1rem;border:0;padding:.1rem 0!important}
.folds td[data-label]::before{content:attr(data-label);color:var(--soft)}.folds td.n{text-align:start}}
`.trim();
