/** Control characters other than a line end and a tab, among them the escape that begins a terminal's commands. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** What this program itself colours by, or clears a line with. */
const OWN = /(\u001b\[\d{1,2}m|\r\u001b\[K)/;

/**
 * Text for a terminal or a pipe: what a file name or a task's output holds of control characters is made visible,
 * `\\u001b[2J`, as JSON has it. `own`: colours, and the clearing of a line, are passed.
 */
export function shown(text: string, own: boolean): string {
  if (!own) return text.replace(CONTROL, escaped);
  const pieces = text.split(OWN);
  return pieces.map((piece, index) => (index % 2 === 1 ? piece : piece.replace(CONTROL, escaped))).join('');
}

function escaped(control: string): string {
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** What a terminal shows of a line that was drawn over again and again: the last of its drawings. */
export function lastDrawn(line: string): string {
  const text = line.replace(/\r+$/, '');
  return text.slice(text.lastIndexOf('\r') + 1);
}
