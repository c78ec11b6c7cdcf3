/** Distance to a figure's outline in the figure's own units, negative inside; y points down. */
export type Distance = (x: number, y: number) => number;

type Point = readonly [x: number, y: number];

/** Corners at the given radii in turn, evenly spread around the centre, the first one on top. */
function corners(count: number, ...radii: readonly number[]): Point[] {
  return Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count - Math.PI / 2;
    const radius = radii[i % radii.length]!;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

/** Exact for any simple polygon: nearest edge, sign by counting crossings. */
function polygon(points: readonly Point[]): Distance {
  return (x, y) => {
    let nearest = Infinity;
    let inside = false;
    for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
      const [ax, ay] = points[i]!;
      const [bx, by] = points[j]!;
      const along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2);
      const t = Math.min(1, Math.max(0, along));
      nearest = Math.min(nearest, (x - ax - t * (bx - ax)) ** 2 + (y - ay - t * (by - ay)) ** 2);
      if (ay > y !== by > y && x < ax + ((bx - ax) * (y - ay)) / (by - ay)) inside = !inside;
    }
    return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
  };
}

function disc(radius: number, centreX = 0, centreY = 0): Distance {
  return (x, y) => Math.hypot(x - centreX, y - centreY) - radius;
}

/** What is in `whole` and not in `cut`. */
function without(whole: Distance, cut: Distance): Distance {
  return (x, y) => Math.max(whole(x, y), -cut(x, y));
}

const CROSS: readonly Point[] = [
  [-0.32, -0.95],
  [0.32, -0.95],
  [0.32, -0.32],
  [0.95, -0.32],
  [0.95, 0.32],
  [0.32, 0.32],
  [0.32, 0.95],
  [-0.32, 0.95],
  [-0.32, 0.32],
  [-0.95, 0.32],
  [-0.95, -0.32],
  [-0.32, -0.32],
];

const ARROW: readonly Point[] = [
  [0, -1],
  [0.8, -0.1],
  [0.28, -0.1],
  [0.28, 0.95],
  [-0.28, 0.95],
  [-0.28, -0.1],
  [-0.8, -0.1],
];

/** The well-known curve (16 sin³ t, 13 cos t − 5 cos 2t − 2 cos 3t − cos 4t), scaled into the unit circle. */
const HEART: readonly Point[] = Array.from({ length: 32 }, (_, i) => {
  const t = (2 * Math.PI * i) / 32;
  const up = 13 * Math.cos(t) - 5 * Math.cos(2 * t) - 2 * Math.cos(3 * t) - Math.cos(4 * t);
  return [(16 / 18) * Math.sin(t) ** 3, -(up + 2.5) / 18];
});

/** The classes, in the order of their numbers; each figure fits the unit circle. */
export const FIGURES: Readonly<Record<string, Distance>> = {
  circle: disc(0.9),
  ring: without(disc(0.95), disc(0.55)),
  crescent: without(disc(0.95), disc(0.8, 0.45)),
  triangle: polygon(corners(3, 1)),
  square: polygon(corners(4, 1)),
  pentagon: polygon(corners(5, 1)),
  star: polygon(corners(10, 1, 0.42)),
  cross: polygon(CROSS),
  heart: polygon(HEART),
  arrow: polygon(ARROW),
};
