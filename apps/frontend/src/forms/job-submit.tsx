import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react'
/** The form of an effect with its Run bar. */
import { checkInput } from '@bp/contracts/inputs/check-input'
import type { Effect } from '@bp/contracts/shapes/effects'
import type { Job } from '@bp/contracts/shapes/jobs'
import { can } from '../api/can.ts'
import { client } from '../api/client.ts'
import { writeJob } from '../api/events.ts'
import { LiveContext, useMe } from '../api/live.tsx'
import { useOnline } from '../api/online.ts'
import { fieldOfPointer, readTrouble } from '../api/problems.ts'
import { TroubleNote } from '../api/trouble-note.tsx'
import { FileSourceContext } from '../inputs/file-source.ts'
import { fieldId, isKnownKind, orderedFields, Renderer, titleOf } from '../inputs/renderer.tsx'
import { without } from '../inputs/without.ts'
import { OpenCommand } from '../shell/sign-in-note.tsx'
import { t } from '../text/en.ts'
import { formatRange } from '../text/format.ts'
import { useAnnounce } from '../ui/announcer.tsx'
import { Button } from '../ui/button.tsx'
import { Clock, Info, Play, TriangleAlert, Upload, WifiOff, X } from '../ui/icon.ts'
import type { Permission } from '../ui/permission.ts'
import { useFormFiles } from '../uploads/form-files.ts'
import { focusField } from './focus-field.ts'
import { usePageDrop, usePagePaste } from './page-files.ts'
import { readInputSchema } from './read-input-schema.ts'
import { useRunKeys } from './run-keys.ts'
import type { RunState } from './run-state.ts'
import styles from './job-submit.module.css'

export interface JobSubmitProps {
  readonly effect: Effect
  readonly state: RunState
  /** Faults that a run of these values has shown, by field. */
  readonly runFaults: Readonly<Record<string, string>>
  /** What the form starts with, beyond its values. */
  readonly begin: {
    readonly sample: boolean
    readonly file: File | undefined
    readonly focus: string | undefined
  }
  readonly note: string | undefined
  readonly hasRun: boolean
  readonly onAccepted: (job: Job) => void
}

export function JobSubmit({
  effect,
  state,
  runFaults,
  begin,
  note,
  hasRun,
  onAccepted,
}: JobSubmitProps) {
  const me = useMe()
  const queries = useQueryClient()
  const { clock } = useContext(LiveContext)
  const announce = useAnnounce()
  const schema = useMemo(() => readInputSchema(effect), [effect])
  const samples = effect.examples[0]?.files ?? {}
  const [blurred, setBlurred] = useState<ReadonlySet<string>>(new Set())
  const [tried, setTried] = useState(false)
  const [armed, setArmed] = useState(false)
  const [gaveUp, setGaveUp] = useState(false)
  const isOnline = useOnline()
  const arm = () => {
    setArmed(true)
    setGaveUp(false)
    if (!isOnline) announce(t.effect.runWaits.connection)
  }
  const [serverFaults, setServerFaults] = useState<Readonly<Record<string, string>>>({})

  const { change: changeValue } = state
  const change = useCallback(
    (name: string, value: unknown) => {
      setServerFaults(now => without(now, name))
      changeValue(name, value)
    },
    [changeValue],
  )
  const files = useFormFiles(schema, state.values, change)
  const fields = orderedFields(schema)
  const imageNames = fields.flatMap(([name, field]) =>
    field['x-bp'].kind === 'image' ? [name] : [],
  )
  const unknown = fields.find(([, field]) => !isKnownKind(field))

  // One check for browser and server: the same function, the same pointers.
  const checked = checkInput(schema, withoutGone(schema.properties, state.values))
  const allFaults: Record<string, string> = { ...files.faults, ...runFaults, ...serverFaults }
  for (const fault of checked.faults) {
    const name = fieldOfPointer(fault.pointer)
    if (name !== undefined && !files.pending.includes(name) && allFaults[name] === undefined)
      allFaults[name] = fault.message
  }
  const blocking = fields.filter(
    ([name]) => allFaults[name] !== undefined && runFaults[name] !== allFaults[name],
  )
  const shown = Object.fromEntries(
    Object.entries(allFaults).filter(
      ([name]) =>
        tried ||
        files.faults[name] !== undefined ||
        serverFaults[name] !== undefined ||
        runFaults[name] !== undefined ||
        (blurred.has(name) && state.values[name] !== undefined),
    ),
  )

  const permission: Permission =
    can.run(me) !== true
      ? can.run(me)
      : effect.state === 'disabled'
        ? { reason: t.effect.disabled }
        : unknown
          ? { reason: t.effect.unknownKind(titleOf(unknown[1], unknown[0])) }
          : true

  const submit = useMutation({
    mutationFn: () =>
      client.jobs.submit({
        body: { effect: effect.slug, input: { ...checked.values } },
        idempotencyKey: state.keyForRun(),
      }),
    onSuccess: job => {
      state.accepted(job.id)
      setTried(false)
      setServerFaults({})
      writeJob(queries, clock, job)
      announce(t.effect.accepted)
      onAccepted(job)
    },
    onError: error => {
      const trouble = readTrouble(error)
      if (trouble.code === 'idempotency_key_reused') state.newKey()
      const found: Record<string, string> = {}
      for (const fault of trouble.faults) {
        const name = fieldOfPointer(fault.pointer)
        if (name !== undefined && schema.properties[name]) found[name] = fault.message
      }
      setServerFaults(found)
      const first = fields.find(([name]) => found[name] !== undefined)
      if (first) focusField(fieldId(first[0]))
    },
  })
  const { mutate, isPending } = submit
  const isValid = blocking.length === 0

  const press = () => {
    if (permission !== true || isPending) return
    setTried(true)
    const first = blocking[0]
    if (first) focusField(fieldId(first[0]))
    else if (files.pending.length > 0 || !isOnline) arm()
    else mutate()
  }
  useRunKeys(press)

  // Armed: the run starts by itself when the last file and a connection are there, unless that file turned out to be
  // unusable.
  const isWaiting = files.pending.length > 0 || !isOnline
  useEffect(() => {
    if (!armed || isWaiting) return
    // oxlint-disable-next-line react/set-state-in-effect -- the arrival of a file or of a connection is no event of this component
    setArmed(false)
    if (isValid) mutate()
  }, [armed, isWaiting, isValid, mutate])

  // Whoever comes back after a night does not expect a press of yesterday to take effect.
  useEffect(() => {
    if (!armed || isOnline) return
    const timer = setTimeout(() => {
      setArmed(false)
      setGaveUp(true)
    }, heldMsMax)
    return () => {
      clearTimeout(timer)
    }
  }, [armed, isOnline])

  const takePicture = (file: File) => {
    const free = imageNames.find(name => files.source.fileOf(name) === undefined) ?? imageNames[0]
    if (free !== undefined) files.source.bring(free, file)
  }
  usePagePaste(takePicture)
  const isOver = usePageDrop(takePicture)

  const started = useRef(false)
  useEffect(() => {
    if (started.current) return
    started.current = true
    if (begin.file) takePicture(begin.file)
    if (begin.sample)
      for (const [name, url] of Object.entries(samples))
        if (imageNames.includes(name)) files.source.bringSample(name, url)
    if (begin.focus !== undefined) focusField(fieldId(begin.focus))
    else if (begin.sample) document.getElementById(runId)?.focus()
  })

  const trouble = submit.error && readTrouble(submit.error)
  const summary = blocking.length > 1 && tried
  return (
    <form
      className={styles['form']}
      noValidate
      aria-label={t.effect.form}
      onSubmit={event => {
        event.preventDefault()
        press()
      }}
    >
      {note === undefined ? null : (
        <p className={styles['note']}>
          <Info aria-hidden />
          {note}
        </p>
      )}
      <FileSourceContext value={files.source}>
        <Renderer
          schema={schema}
          values={state.values}
          faults={shown}
          samples={samples}
          onChange={change}
          onBlur={name => {
            setBlurred(now => new Set([...now, name]))
          }}
        />
      </FileSourceContext>
      <div className={styles['bar']}>
        {summary ? (
          <div className={styles['summary']} role="alert">
            <p>{t.effect.summary}</p>
            <ul>
              {blocking.map(([name, field]) => (
                <li key={name}>
                  <a
                    href={`#${fieldId(name)}`}
                    onClick={event => {
                      event.preventDefault()
                      focusField(fieldId(name))
                    }}
                  >
                    {titleOf(field, name)}
                  </a>
                </li>
              ))}
            </ul>
          </div>
        ) : null}
        {trouble && trouble.faults.length === 0 ? <TroubleNote trouble={trouble} /> : null}
        {me && !me.user ? (
          <div className={styles['signIn']}>
            <span>{t.signIn.text}</span>
            <OpenCommand />
          </div>
        ) : null}
        <div className={styles['run']}>
          <Button
            id={runId}
            variant="primary"
            size="large"
            icon={Play}
            can={permission}
            pending={isPending}
            takesFocus={begin.sample}
            keys="Control+Enter"
            className={styles['runButton'] ?? ''}
            onPress={press}
          >
            {hasRun ? t.effect.runAgain : t.effect.run}
          </Button>
          {armed ? (
            <Button
              iconOnly
              icon={X}
              variant="quiet"
              onPress={() => {
                setArmed(false)
              }}
            >
              {t.effect.disarm}
            </Button>
          ) : null}
          <RunNote
            waitsFor={!armed ? (gaveUp ? 'nothing' : undefined) : isOnline ? 'file' : 'connection'}
            pressEnter={begin.sample && !hasRun && !armed && isValid}
            blocked={permission === true ? blockedWords(blocking, allFaults, tried) : undefined}
            usual={effect.usual_run_ms}
          />
        </div>
      </div>
      {isOver ? (
        <div className={styles['over']} aria-hidden>
          <span>{t.effect.dropHere}</span>
        </div>
      ) : null}
    </form>
  )
}

const runId = 'run'
/** A press without a connection waits this long for one. */
const heldMsMax = 600_000

/** One line beside Run, always there: what it waits for, what is missing, or how long it usually takes. */
function RunNote({
  waitsFor,
  pressEnter,
  blocked,
  usual,
}: {
  /** What a pressed Run waits for; `nothing`: it has waited long enough. */
  waitsFor: 'file' | 'connection' | 'nothing' | undefined
  pressEnter: boolean
  blocked: string | undefined
  usual: Effect['usual_run_ms']
}) {
  const [Icon, text] = waitsFor
    ? ([waitsFor === 'file' ? Upload : WifiOff, t.effect.runWaits[waitsFor]] as const)
    : blocked !== undefined
      ? ([TriangleAlert, blocked] as const)
      : pressEnter
        ? ([Info, t.effect.pressEnter] as const)
        : ([Clock, usual ? t.effect.usual(formatRange(usual)) : t.effect.usualUnknown] as const)
  return (
    <span className={styles['runNote']}>
      <Icon aria-hidden />
      {text}
    </span>
  )
}

function blockedWords(
  blocking: readonly (readonly [string, { readonly title?: string }])[],
  faults: Readonly<Record<string, string>>,
  tried: boolean,
): string | undefined {
  const first = blocking[0]
  if (!first) return undefined
  return tried && blocking.length > 1 ? t.effect.fixFirst(blocking.length) : faults[first[0]]
}

/** Values of fields that the schema no longer has would be refused; an old draft may hold some. */
const withoutGone = (
  properties: Readonly<Record<string, unknown>>,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => Object.hasOwn(properties, name)))
