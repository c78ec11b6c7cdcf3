import { BANDS, seriesColours } from '../../figure/page/palette.ts';

/** On a dark ground black is white, and the darkest of the others lighter. */
const onDark: Readonly<Record<string, string>> = {
  '#000000': '#f0f0f0',
  '#0072B2': '#4aa8e0',
  '#332288': '#8f82e0',
  '#882255': '#d06a9c',
  '#117733': '#4db873',
  '#661100': '#d07a66',
};

const series = seriesColours.map((colour, at) => `--s${at}:${colour};`).join('');
const darkSeries = seriesColours.map((colour, at) => `--s${at}:${onDark[colour] ?? colour};`).join('');
const seriesRules = seriesColours.map((_, at) => `.s${at}{--ink:var(--s${at})}`).join('');
const bandRules = BANDS.map((colour, kind) => `.kind-${kind}{fill:${colour};stroke:${colour}}`).join('');

const dark = `color-scheme:dark;--ground:#14171c;--raised:#1d2128;--text:#e8eaed;--quiet:#aab2bd;--rule:#3a414c;--accent:#7db7ff;--on-accent:#0b1420;--held:#5cc9a0;--failed:#ff9d73;--shade:#25303a;--wrong:#ff9d8a;${darkSeries}`;

/** Colours, light and dark as the system asks, and what all pages begin with. */
export const ground = `
:root{color-scheme:light;--ground:#fff;--raised:#f6f7f9;--text:#1a1d21;--quiet:#56606b;--rule:#cbd2da;--accent:#0b57a8;--on-accent:#fff;--held:#00694c;--failed:#a63c00;--shade:#e6eef6;--wrong:#b3261e;${series}}
@media (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.45 system-ui,sans-serif}
`;

/** The style of the page: light, dark, on paper, and at 390 pixels. */
export const style = `${ground}main{max-width:1320px;margin:0 auto;padding:16px 20px 60px}
h1{font-size:26px;margin:8px 0 2px;line-height:1.2}
h2{font-size:20px;margin:34px 0 8px}
h3{font-size:14px;margin:0 0 4px}
h4{font-size:13px;font-weight:600;margin:8px 0 0;color:var(--quiet)}
.note,small{color:var(--quiet);font-size:13px}
.note{max-width:90ch;margin:4px 0}
.note .badge{margin-left:8px}
.mark svg,p>svg.sign{fill:none;stroke:var(--accent);stroke-width:1.5;vertical-align:-2px}
small{font-size:12px;font-weight:400}
button,select,input{font:inherit;color:inherit}
button,select{background:var(--raised);border:1px solid var(--rule);border-radius:6px;padding:3px 9px;cursor:pointer}
button:hover,select:hover{border-color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
h2:focus{outline:none}
input[type=range]{accent-color:var(--accent)}
code{font:12px/1.4 ui-monospace,monospace}
.digest,.command{overflow-wrap:anywhere}
pre{font:12px/1.4 ui-monospace,monospace;white-space:pre-wrap;background:var(--raised);padding:8px;border-radius:6px;max-height:300px;overflow:auto}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table{border-collapse:collapse;font-size:13px}
th,td{text-align:left;padding:4px 10px 4px 0;vertical-align:top}
thead th{color:var(--quiet);font-weight:600;border-bottom:1px solid var(--rule)}
.number{font-variant-numeric:tabular-nums;white-space:nowrap}
.wide{overflow-x:auto;position:relative}
.tall{max-height:420px;overflow:auto}
.survey td,.survey th{white-space:nowrap}
.times td,.times th[scope=col]{text-align:right;white-space:nowrap}
.times th[scope]:first-child{text-align:left;min-width:150px}
.times th small{font-weight:400;color:var(--quiet);display:block}
.times svg{width:120px;height:8px;display:block}
.times rect{fill:var(--accent)}
.mark{border:0;background:none;padding:0 3px;color:var(--accent);font-size:14px;line-height:1;min-width:24px;min-height:24px}
.badge{display:inline-block;color:var(--wrong);font-size:12px;font-weight:600;line-height:1.3}

.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(270px,1fr));gap:10px;align-items:start;margin-top:10px}
.tile{border:1px solid var(--rule);border-radius:8px;background:var(--raised)}
.tile[open]{grid-column:1/-1}
.tile summary{padding:10px 12px;cursor:pointer;list-style:none}
.tile summary::-webkit-details-marker{display:none}
.tile h3{font-weight:500;line-height:1.35;margin:2px 0 6px;min-height:2.7em}
.tile .inside{padding:0 12px 12px}
.tile p.primary{margin:4px 0 0;font-size:13px}
tr.primary td{font-weight:600}
.tile .rule{white-space:nowrap}
.tile td{vertical-align:baseline}
.verdict{font-weight:700;white-space:nowrap}
.verdict.held{color:var(--held)}
.verdict.not-held{color:var(--failed)}
.verdict.undecided,.verdict.not-tested,.verdict.no-primary{color:var(--quiet)}
.forest{display:block;width:100%;max-width:250px;overflow:visible}
.forest .holds{fill:var(--shade)}
.forest .line{stroke:var(--text);stroke-dasharray:2 2}
.forest .tick{font-size:9px;fill:var(--quiet)}
.survey .axis{stroke:var(--rule)}
.survey .estimate{--ink:var(--accent)}
.survey circle{fill:var(--ink)}
.estimate{--ink:var(--quiet);opacity:.75}
.estimate.primary{opacity:1}
.estimate.held{--ink:var(--held)}
.estimate.not-held{--ink:var(--failed)}
.estimate line{stroke:var(--ink);stroke-width:1}
.estimate.primary line{stroke-width:2.2}
.estimate path,.estimate rect{fill:var(--ink)}
.estimate .cross{fill:none;stroke:var(--ink);stroke-width:1.6}
.estimate .open{fill:var(--raised);stroke:var(--ink);stroke-width:1.4}

.controls{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center;margin:6px 0}
.controls label{display:inline-flex;align-items:center;gap:6px}
.choice{border:0;margin:0;padding:0;display:inline-flex;position:relative}
.choice label{margin:0;gap:0}
.choice input{position:absolute;opacity:0;inset:0;width:100%;height:100%;margin:0;cursor:pointer}
.choice label{position:relative}
.choice span{border:1px solid var(--rule);padding:3px 10px;background:var(--raised);margin-left:-1px}
.choice label:first-of-type span{border-radius:6px 0 0 6px}
.choice label:last-of-type span{border-radius:0 6px 6px 0}
.choice input:checked+span{background:var(--accent);color:var(--on-accent);border-color:var(--accent)}
.choice input:focus-visible+span{outline:3px solid var(--accent);outline-offset:2px;z-index:1}
.epochs{position:sticky;top:0;z-index:5;display:flex;gap:14px;align-items:center;background:var(--ground);border-bottom:1px solid var(--rule);padding:8px 0 4px;margin-bottom:12px}
.epochs .play{width:40px;height:36px;flex:none}
.track{flex:1;min-width:0}
.track input{display:block;width:100%;margin:0}
.ticks{position:relative;height:26px;margin:0 8px}
.ticks button{position:absolute;transform:translateX(-50%);border:0;background:none;padding:2px 3px;font-size:12px;color:var(--quiet);white-space:nowrap;min-width:24px;min-height:24px}
.ticks .stop{color:var(--text);font-weight:700}
.ticks .now{color:var(--accent);font-weight:700}
.epochs p{margin:0;min-width:132px;line-height:1.2}
.epochs p strong{display:block;font-size:18px}
.epochs p span{font-size:12px;color:var(--quiet)}
.body.listed{display:grid;grid-template-columns:196px minmax(0,1fr);gap:24px;align-items:start}
.images{max-height:min(1000px,86vh);overflow-y:auto;padding:3px}
.thumbs{display:flex;flex-wrap:wrap;gap:3px;margin-bottom:10px}
.thumbs button{padding:0;border:2px solid transparent;border-radius:3px;width:30px;height:30px;line-height:0;overflow:hidden;background:none}
.thumbs button[aria-pressed=true],.pictures button[aria-pressed=true]{border-color:var(--accent);box-shadow:0 0 0 1px var(--accent)}
canvas{image-rendering:pixelated;display:block;height:auto}
.none{display:grid;place-items:center;font-size:11px;color:var(--quiet);text-align:center}
.facts{display:flex;flex-wrap:wrap;gap:16px;margin-bottom:10px}
.facts canvas{align-self:flex-start}
dl{display:grid;grid-template-columns:auto 1fr;gap:3px 14px;margin:0;align-items:center}
dt{color:var(--quiet);font-size:13px}
dd{margin:0;display:flex;flex-wrap:wrap;align-items:center;gap:4px 10px}
dd .figure{min-width:3em;font-variant-numeric:tabular-nums}
dd.wrong{color:var(--wrong)}
.maps th[scope=row]{max-width:150px;font-weight:500;vertical-align:middle}
.maps th[scope=row] button{border:0;background:none;padding:2px 0;text-align:left}
.maps th[scope=row] button[aria-pressed=true]{font-weight:700}
.maps tr.chosen{background:var(--raised)}
.maps td,.maps thead th{padding:4px 12px 4px 0}
.maps td{vertical-align:middle}
.maps td.now canvas{outline:2px solid var(--accent)}
.maps th.now{color:var(--accent)}
.score strong{font-size:17px;font-variant-numeric:tabular-nums}
.score small,.score small span{display:block;white-space:nowrap}
.above{color:var(--held)}
.below{color:var(--failed)}
.score-curve{width:130px;height:40px;display:block}
.score-curve .frame{fill:none;stroke:var(--rule)}
.score-curve rect.floor{fill:var(--rule);opacity:.55}
.score-curve line.floor{stroke:var(--quiet);stroke-dasharray:2 2}
.score-curve .stop{stroke:var(--quiet);stroke-dasharray:1 2}
.score-curve line.now{stroke:var(--accent)}
.score-curve circle.now{fill:var(--accent)}
.score-curve .course{fill:none;stroke:var(--text);stroke-width:1.4}
.strip td,.strip thead th{padding:2px 6px 2px 0}
.strip thead button{border:0;background:none;padding:2px 4px}
.strip .stop{border-left:2px solid var(--text);border-right:2px solid var(--text);padding-left:6px}
.strip thead .now button{color:var(--accent);font-weight:700}
.strip small{display:block;font-variant-numeric:tabular-nums}
.pictures{display:flex;flex-wrap:wrap;gap:8px;margin-bottom:14px}
.pictures button{padding:3px;border:2px solid transparent;background:none;text-align:left;display:flex;flex-direction:column;align-items:flex-start;width:84px}
.pictures small{display:block;max-width:76px;font-variant-numeric:tabular-nums}
.paper{display:none}
kbd{border:1px solid var(--rule);border-radius:4px;padding:0 5px;font:12px ui-monospace,monospace;background:var(--raised)}

.curves{margin:18px 0 26px}
.curves>h3{font-size:16px}
.panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,270px),1fr));gap:6px 16px}
.panel{margin:0;max-width:440px}
.panel svg{display:block;width:100%;cursor:crosshair}
.panel figcaption{font-size:12px;color:var(--quiet);min-height:1.4em}
.panel .title{font-size:11px;font-weight:600;fill:var(--text)}
.panel .tick{font-size:9px;fill:var(--quiet)}
.axes line{stroke:var(--quiet)}
.axes .grid{stroke:var(--rule);opacity:.6}
.series .area{fill:var(--ink);opacity:.12;stroke:none}
.series .curve,.series line{fill:none;stroke:var(--ink);stroke-width:1.5}
.series .marker{fill:var(--ink);stroke:none}
.panel .stop{stroke:var(--quiet);stroke-dasharray:1 2}
.panel .ring{fill:none;stroke:var(--text)}
.panel .thin{fill:none;stroke:var(--quiet);stroke-width:.6;opacity:.28}
.panel .active{fill:none;stroke:var(--text);stroke-width:1.6}
.band{opacity:.35;stroke-width:.8}
.legend{display:flex;flex-wrap:wrap;gap:4px 8px;margin:6px 0}
.legend button{display:inline-flex;align-items:center;gap:6px;padding:2px 8px;font-size:13px}
.legend button[aria-pressed=false]{text-decoration:line-through;color:var(--quiet)}
.legend button[aria-pressed=false] svg{opacity:.25}
.values{margin-top:6px;font-size:13px}
.values .wide{max-height:320px;overflow:auto}
dialog{background:var(--ground);color:var(--text);border:1px solid var(--rule);border-radius:10px;max-width:min(720px,94vw);padding:18px 22px}
dialog::backdrop{background:rgb(0 0 0/.45)}
dialog h2{margin:0 0 10px}
dialog dl{align-items:baseline}
.actions{display:flex;gap:10px;margin:14px 0 0}
summary{cursor:pointer}
${seriesRules}${bandRules}

@media screen and (max-width:760px){
main{padding:10px 12px 40px}
h1{font-size:22px}
.body.listed{grid-template-columns:minmax(0,1fr)}
.images{display:flex;gap:14px;overflow-x:auto;max-height:none}
.images>div{flex:none}
.thumbs{display:grid;grid-auto-flow:column;grid-template-rows:repeat(2,auto);width:max-content}
.epochs{flex-wrap:wrap;gap:4px 10px}
.epochs .play{order:1}
.epochs p{order:2;flex:1}
.track{order:3;flex-basis:100%}
.ticks button:not(.stop,.now,:first-child,:last-child){display:none}
.tile h3{min-height:0}
}
@media (prefers-reduced-motion:no-preference){.tile{transition:border-color .15s}.tile:hover{border-color:var(--accent)}}
@media print{
@page{size:A4;margin:14mm}
:root{color-scheme:light;--ground:#fff;--raised:#fff;--text:#000;--quiet:#444;--rule:#bbb;--accent:#0b57a8;--on-accent:#fff;--held:#00694c;--failed:#a63c00;--shade:#e8e8e8;--wrong:#b3261e;${series}}
body{font-size:10.5px;print-color-adjust:exact;-webkit-print-color-adjust:exact}
main{max-width:none;padding:0}
.controls,.mark,.values,.look,.actions,.play,.images,.keys,.track input{display:none}
.epochs{position:static}
.body.listed{display:block}
.wide{overflow:visible}
.tall{max-height:none}
.tiles{grid-template-columns:repeat(3,1fr)}
.panels{grid-template-columns:repeat(3,1fr)}
.tile:not([open]),.panel,tr{break-inside:avoid}
.paper{display:block;margin:0}
.tile h3,.tile p.primary,.note,dt,.legend button{font-size:10.5px;min-height:0}
h2,h3,h4{break-inside:avoid}
h2,h3,h4,.paper,.epochs,.facts,.curves>.note,.curves>.legend{break-after:avoid}
.note,.legend,.facts{break-inside:avoid}
table,.badge,small,.score small{font-size:9.5px}
.maps{table-layout:fixed;width:100%}
.maps thead th:first-child{width:98px}
.maps td,.maps thead th{padding-right:6px}
.maps canvas,.maps svg,.maps .none{width:100%!important;max-width:110px}
th,td,.number,.survey td,.survey th,.times td,.times th[scope=col],.score small,.score small span{white-space:normal;overflow-wrap:break-word}
code{overflow-wrap:anywhere}
.ticks{margin:0 16px}
}
`;
