import { Focusable } from 'react-aria-components/Focusable'
import { formatAge, formatExact } from '../text/format.ts'
import { Tooltip } from './tooltip.tsx'

/** "2 min ago", with the exact time on hover and on focus. Both in Unix ms; `nowMs` is the server's. */
export function Age({ atMs, nowMs }: { atMs: number; nowMs: number }) {
  return (
    <Tooltip text={formatExact(atMs)}>
      <Focusable>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the exact time must be reachable without a pointer */}
        <time dateTime={new Date(atMs).toISOString()} tabIndex={0} role="note">
          {formatAge(atMs, nowMs)}
        </time>
      </Focusable>
    </Tooltip>
  )
}
