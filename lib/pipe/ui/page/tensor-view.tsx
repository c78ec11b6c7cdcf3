import { useEffect, useRef, useState } from 'preact/hooks';
import type { ColumnView } from '../views.ts';
import { bytesOf } from './client.ts';
import { picturesIn, pixelsOf } from './tensor.ts';

/** Pixels that a picture is at least enlarged to. */
const SIDE = 224;

/** Row after row of a tensor column: pictures where it has two dimensions or more, bars where it has one. */
export function TensorView({
  digest,
  column,
  rows,
}: {
  readonly digest: string;
  readonly column: ColumnView;
  readonly rows: number;
}) {
  const [row, setRow] = useState(0);
  const [picture, setPicture] = useState(0);
  const [values, setValues] = useState<Float32Array | null>(null);
  const [failed, setFailed] = useState('');
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = picturesIn(column.tensor!);
  useEffect(() => {
    let wanted = true;
    bytesOf('tensor', { digest, column: column.name, row }).then(
      (bytes) => wanted && setValues(new Float32Array(bytes)),
      (error: unknown) => wanted && setFailed((error as Error).message),
    );
    return () => {
      wanted = false;
    };
  }, [digest, column.name, row]);
  useEffect(() => {
    if (values === null || canvas.current === null) return;
    const { width, height, channels } = frame;
    const size = width * height * channels;
    const pixels = pixelsOf(values.subarray(picture * size, (picture + 1) * size), frame, column.integer);
    canvas.current.width = width;
    canvas.current.height = height;
    canvas.current.getContext('2d')!.putImageData(new ImageData(pixels, width, height), 0, 0);
  }, [values, picture]);
  const scale = Math.max(1, Math.floor(SIDE / Math.max(frame.width, frame.height)));
  const slider = (name: string, value: number, most: number, change: (value: number) => void) => (
    <label class="slide">
      {name}
      <input
        type="range"
        min={0}
        max={most - 1}
        value={value}
        onInput={({ currentTarget }) => change(Number(currentTarget.value))}
      />
      <output>
        {value} of {most}
      </output>
    </label>
  );
  return (
    <figure class="tensor">
      {failed !== '' && <p class="quiet">{failed}</p>}
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${column.name}, row ${row}: ${rangeText(values)}`}
        style={{ width: `${frame.width * scale}px`, height: `${frame.height * scale}px` }}
      />
      <figcaption class="quiet">{rangeText(values)}</figcaption>
      {rows > 1 && slider('row', row, rows, setRow)}
      {frame.count > 1 && slider('slice', picture, frame.count, setPicture)}
    </figure>
  );
}

function rangeText(values: Float32Array | null): string {
  if (values === null) return 'reading';
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? 'no numbers' : `from ${low.toPrecision(4)} to ${high.toPrecision(4)}`;
}
