/// <reference lib="dom" />
import { useMemo } from 'preact/hooks';
import { Canvas } from '../../report/page/canvas.tsx';
import { paintImage, paintMap } from '../../report/page/paint.ts';
import type { ImagePicture, MapPicture } from './data.ts';

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** In its colours, which end at its own greatest values. */
export function HeatMap({ map, levels, label }: { map: MapPicture; levels: number; label: string }) {
  const painted = useMemo(() => {
    const { height, width, colours } = map;
    return paintMap({ height, width, colours, levels, values: bytesOf(map.levels), clip: 1 }, 1);
  }, [map]);
  return (
    <figure>
      <Canvas painted={painted} label={label} wide={map.width} />
    </figure>
  );
}

export function Shown({ image, label }: { image: ImagePicture; label: string }) {
  const painted = useMemo(
    () => paintImage(bytesOf(image.bytes), image.height, image.width, image.channels),
    [image],
  );
  return (
    <div class="image">
      <Canvas painted={painted} label={label} wide={image.width} />
    </div>
  );
}

/** What colours mean. */
export function Scale({ colours }: { colours: MapPicture['colours'] }) {
  const [from, to] = colours === 'diverging' ? ['against', 'for'] : ['nothing', 'much'];
  return (
    <p class="scale">
      {from} <i class={colours} aria-hidden="true" /> {to}
    </p>
  );
}
