import { EXIT, type Context } from '../context.ts';
import type { Shell } from '../shells.ts';

/** Each asks the program, so that what is completed is what the program has. */
const scripts: Readonly<Record<Shell, string>> = {
  bash: `# in ~/.bashrc: source <(pipe completion bash)
_pipe_completion() {
  local candidate
  COMPREPLY=()
  while IFS=$'\\t' read -r candidate _; do
    COMPREPLY+=("$candidate")
  done < <("\${COMP_WORDS[0]}" complete --line "\${COMP_LINE:0:COMP_POINT}" --breaks "$COMP_WORDBREAKS" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} = 1 && \${COMPREPLY[0]} = *[=/] ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -o default -F _pipe_completion pipe
`,
  zsh: `#compdef pipe
# in ~/.zshrc, after compinit: source <(pipe completion zsh)
_pipe() {
  local line
  local -a values meanings open open_meanings
  for line in "\${(@f)$("\${words[1]}" complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    if [[ \${line%%$'\\t'*} = *[=/] ]]; then
      open+=("\${line%%$'\\t'*}")
      open_meanings+=("\${line/$'\\t'/  -- }")
    else
      values+=("\${line%%$'\\t'*}")
      meanings+=("\${line/$'\\t'/  -- }")
    fi
  done
  if (( \${#values} + \${#open} == 0 )); then
    _files
    return
  fi
  compadd -l -d meanings -a values
  compadd -l -S '' -d open_meanings -a open
}
if [[ $funcstack[1] = _pipe ]]; then _pipe "$@"; else compdef _pipe pipe; fi
`,
  fish: `# in ~/.config/fish/completions/pipe.fish: pipe completion fish | source
function __pipe_complete
  set -l words (commandline -opc)
  set -l found ($words[1] complete -- $words[2..] (commandline -ct) 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c pipe -f -a '(__pipe_complete)'
`,
};

/** `pipe completion`: what a shell has to read. */
export function completion(context: Context, shell: Shell): Promise<number> {
  context.out(scripts[shell]);
  return Promise.resolve(EXIT.ok);
}
