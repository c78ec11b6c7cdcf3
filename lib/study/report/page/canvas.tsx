/// <reference lib="dom" />
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Painted } from './paint.ts';

/** A picture in its own pixels, enlarged by the page without smoothing. */
export function Canvas({ painted, label, wide }: { painted: Painted; label: string; wide: number }) {
  const element = useRef<HTMLCanvasElement>(null);
  const { height, width, pixels } = painted;
  useLayoutEffect(() => {
    element.current?.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0);
  }, [painted]);
  return (
    <canvas
      ref={element}
      width={width}
      height={height}
      style={{ width: `${wide}px` }}
      role="img"
      aria-label={label}
    />
  );
}

/** Room for a picture that is not there. */
export function NoPicture({ text, wide }: { text: string; wide: number }) {
  return (
    <div class="none" style={{ width: `${wide}px`, minHeight: `${Math.min(wide, 60)}px` }}>
      {text}
    </div>
  );
}
