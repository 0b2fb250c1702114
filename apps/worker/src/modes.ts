/**
 * Life of the agent:
 *
 *   starting ─▶ registering ─▶ ready ⇄ leasing ─▶ running ─▶ ready
 *       │          │  ▲          │        │          │
 *       │          │  └─ token ──┼────────┤          │
 *       │          │             └────────┴──────────┴─drain─▶ draining ─▶ stopped
 *       └──────────┴──────────────────────────────────drain, stop (from anywhere)─▲
 *
 * One table, one function: nothing else may set a mode.
 */
export const modes = [
  'starting',
  'registering',
  'ready',
  'leasing',
  'running',
  'draining',
  'stopped',
] as const
export type Mode = (typeof modes)[number]

/** What can happen to an agent. `drain`: finish what runs, then end. `stop`: end now, give back what runs. */
export type AgentEvent =
  | 'begun'
  | 'registered'
  | 'token_lost'
  | 'asking'
  | 'nothing'
  | 'granted'
  | 'ended'
  | 'drain'
  | 'drained'
  | 'stop'

const table: Readonly<Record<Mode, Readonly<Partial<Record<AgentEvent, Mode>>>>> = {
  starting: { begun: 'registering', drain: 'stopped', stop: 'stopped' },
  // Nothing can be held yet, so a drain has nothing to wait for.
  registering: { registered: 'ready', drain: 'stopped', stop: 'stopped' },
  ready: { asking: 'leasing', token_lost: 'registering', drain: 'draining', stop: 'stopped' },
  leasing: {
    nothing: 'ready',
    granted: 'running',
    token_lost: 'registering',
    drain: 'draining',
    stop: 'stopped',
  },
  running: { ended: 'ready', drain: 'draining', stop: 'stopped' },
  draining: { drained: 'stopped', stop: 'stopped' },
  stopped: {},
}

/** The mode after an event; undefined when the event means nothing in this mode (a second drain, a late answer). */
export const modeAfter = (mode: Mode, event: AgentEvent): Mode | undefined => table[mode][event]
