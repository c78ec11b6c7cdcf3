/** So many digits behind the point, with a minus as typesetters have it; what rounds to nothing has no sign. */
export function decimal(value: number, digits: number): string {
  return value
    .toFixed(digits)
    .replace(/^-(?=0\.?0*$)/, '')
    .replace('-', '−');
}
