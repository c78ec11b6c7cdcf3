import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { textWidth, useBundledFont, wrapText } from '../../../lib/study/figure/page/font.ts';

async function renderedWidth(text: string, weight: 'normal' | 'bold'): Promise<number> {
  useBundledFont();
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="2400" height="200"><text x="50" y="120" font-family="DejaVu Sans Condensed" font-weight="${weight}" font-size="100">${text}</text></svg>`;
  const { info } = await sharp(Buffer.from(svg)).trim().png().toBuffer({ resolveWithObject: true });
  return info.width;
}

describe('textWidth', () => {
  for (const weight of ['normal', 'bold'] as const) {
    for (const text of ['early stopping: 17, 20', 'Spearman ρ', 'MMWWiill', '0.25']) {
      it(`says how wide "${text}" is drawn in ${weight}, side bearings apart`, async () => {
        const drawn = await renderedWidth(text, weight);
        const said = textWidth(text, 100, weight);
        expect(said).toBeGreaterThan(drawn);
        expect(said - drawn).toBeLessThan(20);
      });
    }
  }

  it('grows with the size and is 0 for nothing', () => {
    expect(textWidth('epoch', 20)).toBeCloseTo(2 * textWidth('epoch', 10));
    expect(textWidth('', 10)).toBe(0);
  });
});

describe('wrapText', () => {
  it('breaks at spaces where a line would be too wide', () => {
    const lines = wrapText('guided backpropagation minus', 10, 'normal', 90);
    expect(lines).toEqual(['guided', 'backpropagation', 'minus']);
    expect(wrapText('guided backpropagation minus', 10, 'normal', 300)).toEqual([
      'guided backpropagation minus',
    ]);
  });

  it('keeps a single word whole', () => {
    expect(wrapText('deconvolution', 10, 'normal', 5)).toEqual(['deconvolution']);
  });
});
