import { expect, it } from 'vitest';
import { resizeBilinear } from '../../../lib/study/similarity/resize.ts';

it('enlarges with half-pixel centres, as PyTorch with align_corners=False', () => {
  // torch.nn.functional.interpolate(torch.tensor([[[[0., 1.], [2., 5.]]]]), (4, 4), mode='bilinear')
  const expected = [
    [0, 0.25, 0.75, 1],
    [0.5, 0.875, 1.625, 2],
    [1.5, 2.125, 3.375, 4],
    [2, 2.75, 4.25, 5],
  ];
  const { values } = resizeBilinear({ height: 2, width: 2, values: Float64Array.of(0, 1, 2, 5) }, 4, 4);
  expect([...values]).toEqual(expected.flat());
});

it('leaves a map of the right size as it is', () => {
  const map = { height: 1, width: 3, values: Float64Array.of(1, 2, 3) };
  expect(resizeBilinear(map, 1, 3)).toBe(map);
});
