import { nouns, verbs } from '../../commands.ts'
import { wrongUsage } from '../../refusal.ts'
import type { Run } from '../../verb.ts'

/** A script that completes nouns and verbs, made from the table. It asks nothing of a running instance. */
// oxlint-disable-next-line require-yield -- there is nothing to say on the way
export const run: Run = async function* ({ args: [shell = ''] }) {
  const make = shells[shell]
  if (make === undefined)
    throw wrongUsage(`There is no completion for "${shell}"; it is one of bash, zsh, fish.`)
  const script = make()
  return { data: { shell, script }, view: { kind: 'lines', lines: [script] } }
}

const alone = (): readonly string[] => [
  ...verbs.filter(({ noun }) => noun === null).map(({ verb }) => verb),
  ...Object.keys(nouns),
]
const verbsOf = (noun: string): readonly string[] =>
  verbs.filter(verb => verb.noun === noun).map(({ verb }) => verb)

const shells: Readonly<Record<string, () => string>> = {
  bash: () => `_bp() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" words=""
  case "$COMP_CWORD:\${COMP_WORDS[1]}" in
    1:*) words="${alone().join(' ')}" ;;
${Object.keys(nouns)
  .map(noun => `    2:${noun}) words="${verbsOf(noun).join(' ')}" ;;`)
  .join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _bp bp`,
  zsh: () => `autoload -Uz bashcompinit && bashcompinit
${shells['bash']?.() ?? ''}`,
  fish: () =>
    [
      ...alone().map(word => `complete -c bp -n __fish_use_subcommand -a ${word}`),
      ...Object.keys(nouns).flatMap(noun =>
        verbsOf(noun).map(
          verb => `complete -c bp -n '__fish_seen_subcommand_from ${noun}' -f -a ${verb}`,
        ),
      ),
    ].join('\n'),
}
