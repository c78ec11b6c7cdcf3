/** What a module that could not be asked threw, in words for whoever wrote it. */
export function loadFailure(
  project: string,
  { message, stack = '' }: { readonly message: string; readonly stack?: string },
): string {
  const [, missing] = /^Cannot find package '([^']+)' imported from /.exec(message) ?? [];
  if (missing !== undefined)
    return `the package ${missing}, which it imports, is not installed: \`npm install ${missing}\``;
  // What the module's own functions throw, they say in words of theirs.
  if (!stack.includes('node:internal/modules')) return message;
  const place = placeIn(project, stack);
  return `it throws when it is loaded: ${message}${place === null ? '' : ` (${place})`}`;
}

/** The innermost place in a source of the project, relative to it. */
function placeIn(project: string, stack: string): string | null {
  for (const line of stack.split('\n')) {
    const at = line.indexOf(`${project}/`);
    if (!/^\s+at /.test(line) || at < 0) continue;
    const [place] = /^.*:\d+:\d+/.exec(line.slice(at + project.length + 1)) ?? [];
    if (place !== undefined && !/^(?:node_modules|cache)\//.test(place)) return place;
  }
  return null;
}
