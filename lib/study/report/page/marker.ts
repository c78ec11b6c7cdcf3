const { PI, cos, sin } = Math;

function polygon(corners: number, turned: number, radius: number): string {
  const points = Array.from({ length: corners }, (_, at) => {
    const angle = turned + (2 * PI * at) / corners;
    return `${(radius * cos(angle)).toFixed(2)} ${(radius * sin(angle)).toFixed(2)}`;
  });
  return `M${points.join('L')}z`;
}

const shapes: Readonly<Record<string, string>> = {
  circle: 'M2.6 0a2.6 2.6 0 1 0 -5.2 0a2.6 2.6 0 1 0 5.2 0z',
  square: 'M-2.3 -2.3h4.6v4.6h-4.6z',
  'triangle-up': polygon(3, -PI / 2, 3.2),
  'triangle-down': polygon(3, PI / 2, 3.2),
  'triangle-right': polygon(3, 0, 3.2),
  'triangle-left': polygon(3, PI, 3.2),
  diamond: polygon(4, 0, 3.3),
  cross: 'M-1 -3h2v2h2v2h-2v2h-2v-2h-2v-2h2z',
};

/** A marker about the origin. */
export function markerPath(shape: string): string {
  return shapes[shape] ?? shapes['circle']!;
}
