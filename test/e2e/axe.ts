import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds wrong with a page, or a part of it, as it stands: each rule with the elements that break it. */
export async function axeFindings(page: Page, within = 'html'): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async (selector) => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(selector);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  }, within);
}
