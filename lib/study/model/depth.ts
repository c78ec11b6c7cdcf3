import { z } from 'zod';

/** Parameters of a family whose nets differ in depth and width; `rule` says in words which depths there are. */
export function depthAndWidth<Name extends string>(
  family: Name,
  fits: (depth: number) => boolean,
  rule: string,
) {
  return z
    .strictObject({
      family: z.literal(family),
      /** Convolutions in a row, and the linear layer. */
      depth: z.int().positive(),
      /** Channels of the first group; later groups have 2, 4 (and 8) times as many. */
      width: z.int().positive(),
    })
    .check((context) => {
      const { depth } = context.value;
      if (fits(depth)) return;
      context.issues.push({
        code: 'custom',
        input: depth,
        path: ['depth'],
        message: `${family} has a depth of ${rule}; got ${depth}`,
      });
    });
}
