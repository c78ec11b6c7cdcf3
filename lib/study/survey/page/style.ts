import { colourAt, type ColourMap } from '../../figure/sheet/colour-map.ts';
import { ground } from '../../report/page/style.ts';

/** A colour map as a strip, by eleven of its colours. */
function strip(map: ColourMap): string {
  const colours = Array.from({ length: 11 }, (_, at) => `rgb(${colourAt(map, at / 10).join(' ')})`);
  return `linear-gradient(to right,${colours.join(',')})`;
}

export const style = `${ground}
main{max-width:760px;margin:0 auto;padding:20px 16px 40px}
h1{font-size:22px;line-height:1.25;margin:10px 0}
h1:focus{outline:none}
p,li{max-width:68ch}
.place,.scale{max-width:none}
button{font:inherit;color:inherit;background:var(--raised);border:1px solid var(--rule);border-radius:8px;padding:10px 14px;min-height:44px;cursor:pointer}
button:hover{border-color:var(--accent)}
button.first{background:var(--accent);color:var(--on-accent);border-color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
progress{width:100%;height:10px;accent-color:var(--accent)}
.place{display:flex;justify-content:space-between;color:var(--quiet);font-size:13px;margin:0}
kbd{border:1px solid var(--rule);border-radius:4px;padding:0 5px;font:12px ui-monospace,monospace;background:var(--raised)}
canvas{image-rendering:pixelated;display:block;width:100%!important;height:auto}
.image{width:150px;margin:0 auto 14px}
.maps{display:grid;grid-template-columns:1fr 1fr;gap:16px;max-width:560px;margin:0 auto}
.map{max-width:270px;margin:0 auto}
.maps button,.answers button{width:100%}
.maps figure,.map figure{margin:0 0 8px}
.answers{display:grid;gap:10px;max-width:560px;margin:14px auto}
.answers.choices{grid-template-columns:repeat(auto-fit,minmax(120px,1fr))}
.chosen{border-color:var(--accent);box-shadow:0 0 0 1px var(--accent)}
.scale{display:flex;gap:8px;align-items:center;justify-content:center;color:var(--quiet);font-size:13px;margin:14px 0}
.scale i{display:block;width:110px;height:10px;border:1px solid var(--rule)}
.scale .diverging{background:${strip('diverging')}}
.scale .sequential{background:${strip('sequential')}}
.ways{display:flex;flex-wrap:wrap;gap:10px;margin-top:20px}
`;
