import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useId, useState, type ReactNode } from 'react'
import { fleetTemplates, fleetTemplateSlugs, stages } from '@bp/contracts/fleets'
import type { FieldSchema } from '@bp/contracts/inputs/schema'
import type { FleetDetail } from '@bp/contracts/shapes/fleets'
import { to } from '../../addresses.ts'
import { client } from '../../api/client.ts'
import { Loaded } from '../../api/loaded.tsx'
import { fieldOfPointer, readTrouble } from '../../api/problems.ts'
import { fleets, queue, workflows } from '../../api/query-options/console.ts'
import { TroubleNote } from '../../api/trouble-note.tsx'
import { focusField } from '../../forms/focus-field.ts'
import { useRunKeys } from '../../forms/run-keys.ts'
import { FieldFrame } from '../../inputs/field-frame.tsx'
import { NumberField } from '../../inputs/number-field.tsx'
import { TextField } from '../../inputs/text-field.tsx'
import { fleetWords } from '../../text/en-fleets.ts'
import { Button } from '../../ui/button.tsx'
import { Choice, Choices } from '../../ui/choice.tsx'
import { Segments } from '../../ui/segments.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { fleetKey } from '../fleets/single-machine.ts'
import {
  fleetBody,
  fleetFaults,
  fleetFields,
  isFleetField,
  type FleetDraft,
  type FleetFaults,
  type FleetField,
} from './fleet-draft.ts'
import styles from './fleet-create.module.css'

const f = fleetWords.create
const fieldId = (field: FleetField): string => `fleet-${field}`

export interface FleetCreateProps {
  readonly draft: FleetDraft
  readonly onChange: (change: Partial<FleetDraft>) => void
  /** Fleets that are there, as `stage/slug`. */
  readonly taken: readonly string[]
  readonly onMade: (fleet: FleetDetail) => void
}

/** The form of a fleet. Nothing is sent before every field is right; what the server adds lands on its field, too. */
export function FleetCreate({ draft, onChange, taken, onMade }: FleetCreateProps) {
  const queries = useQueryClient()
  const [tried, setTried] = useState(false)
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const [serverFaults, setServerFaults] = useState<FleetFaults>({})
  /** The fleet that turned out to be there when it was sent. */
  const [found, setFound] = useState<string>()

  const fleet = fleetKey(draft)
  const isTaken = taken.includes(fleet) || found === fleet
  const faults: FleetFaults = {
    ...serverFaults,
    ...(isTaken ? { slug: fleetWords.faults.slugTaken(fleet) } : {}),
    ...fleetFaults(draft),
  }
  const blocking = fleetFields.filter(field => faults[field] !== undefined)
  const isShown = (field: FleetField): boolean =>
    tried || (touched.has(field) && !isHalf(field, draft)) || serverFaults[field] !== undefined

  const change = (next: Partial<FleetDraft>) => {
    // What the server has said is about the old values.
    setServerFaults({})
    setTouched(now => new Set([...now, ...Object.keys(next)]))
    onChange(next)
  }

  const create = useMutation({
    mutationFn: () => client.fleets.create({ body: fleetBody(draft) }),
    onSuccess: made => {
      queries.setQueryData(fleets.show(made.stage, made.slug).queryKey, made)
      void queries.invalidateQueries({ queryKey: fleets.list().queryKey })
      void queries.invalidateQueries({ queryKey: queue.show().queryKey })
      onMade(made)
    },
    onError: error => {
      const trouble = readTrouble(error)
      const told: Partial<Record<FleetField, string>> = {}
      for (const fault of trouble.faults) {
        const field = fieldOfPointer(fault.pointer)
        if (field !== undefined && isFleetField(field)) told[field] ??= fault.message
      }
      if (trouble.code === 'fleet_taken') setFound(fleet)
      setServerFaults(told)
      const first = trouble.code === 'fleet_taken' ? 'slug' : fleetFields.find(field => told[field])
      if (first) focusField(fieldId(first))
    },
  })

  const press = () => {
    if (create.isPending) return
    setTried(true)
    // A fault that the server told does not block: only sending again can show that it is gone.
    const first = blocking.find(field => serverFaults[field] === undefined)
    if (first) focusField(fieldId(first))
    else create.mutate()
  }
  useRunKeys(press)

  const trouble = create.error && readTrouble(create.error)
  const isAtFields =
    trouble?.code === 'fleet_taken' ||
    trouble?.faults.some(fault => isFleetField(fieldOfPointer(fault.pointer) ?? '')) === true

  const frame = (
    field: FleetField,
    title: string,
    widget: ReactNode,
    more: { help?: string; isGroup?: boolean; isOptional?: boolean; aside?: ReactNode } = {},
  ) => (
    <FieldFrame
      id={fieldId(field)}
      title={title}
      help={more.help}
      required={more.isOptional !== true}
      fault={isShown(field) ? faults[field] : undefined}
      isGroup={more.isGroup === true}
      aside={more.aside}
    >
      {widget}
    </FieldFrame>
  )
  const widgetOf = (field: 'slug' | 'name' | 'min' | 'max' | 'on_demand_max', title: string) => ({
    name: field,
    id: fieldId(field),
    title,
    value: draft[field],
    // Faults come with the letters, not with leaving a field: what appears under the pointer that leaves would push
    // away what it is about to press.
    onBlur: () => undefined,
    describedBy: about(field),
    invalid: isShown(field) && faults[field] !== undefined,
    sampleUrl: undefined,
  })
  const about = (field: FleetField) => `${fieldId(field)}-about`
  const text = (field: 'slug' | 'name', title: string, schema: FieldSchema) => (
    <TextField
      {...widgetOf(field, title)}
      schema={schema}
      onChange={value => {
        change({ [field]: String(value) })
      }}
    />
  )
  const number = (field: 'min' | 'max' | 'on_demand_max', title: string, help: string) =>
    frame(
      field,
      title,
      <NumberField
        {...widgetOf(field, title)}
        schema={count}
        onChange={value => {
          change({ [field]: value })
        }}
      />,
      { help },
    )

  return (
    <form
      className={styles['form']}
      noValidate
      aria-label={f.form}
      onSubmit={event => {
        event.preventDefault()
        press()
      }}
    >
      {frame(
        'stage',
        f.stage,
        <div>
          <Segments
            label={f.stage}
            options={stages.words.map(stage => ({ value: stage, word: f.stages[stage] }))}
            value={draft.stage}
            describedBy={about('stage')}
            onChange={stage => {
              change({ stage })
            }}
          />
        </div>,
        { help: f.stageHelp, isGroup: true },
      )}
      {frame('slug', f.slug, text('slug', f.slug, { ...line, examples: [f.slugExample] }), {
        help: f.slugHelp,
        aside: isTaken ? (
          <Link to={to.fleet(draft.stage, draft.slug)} className={styles['open']}>
            {f.openTaken(fleet)}
          </Link>
        ) : null,
      })}
      {frame('name', f.name, text('name', f.name, line), { help: f.nameHelp, isOptional: true })}
      {frame(
        'template',
        f.template,
        <Templates draft={draft} describedBy={about('template')} onChange={change} />,
        { help: f.templateHelp, isGroup: true },
      )}
      {frame(
        'instance_types',
        f.types,
        <Types draft={draft} describedBy={about('instance_types')} onChange={change} />,
        { help: f.typesHelp, isGroup: true },
      )}
      <div className={styles['numbers']}>
        {number('min', f.min, f.minHelp)}
        {number('max', f.max, f.maxHelp)}
        {number('on_demand_max', f.onDemand, f.onDemandHelp)}
      </div>
      {draft.serves === 'none'
        ? null
        : frame(
            'workflows',
            f.workflows,
            <Serves draft={draft} describedBy={about('workflows')} onChange={change} />,
            draft.serves === 'some' ? { help: f.servesHelp, isGroup: true } : { isGroup: true },
          )}
      <div className={styles['bar']}>
        {tried && blocking.length > 1 ? (
          <div className={styles['summary']} role="alert">
            <p>{f.summary}</p>
            <ul>
              {blocking.map(field => (
                <li key={field}>
                  <a
                    href={`#${fieldId(field)}`}
                    onClick={event => {
                      event.preventDefault()
                      focusField(fieldId(field))
                    }}
                  >
                    {titles[field]}
                  </a>
                </li>
              ))}
            </ul>
          </div>
        ) : null}
        {trouble && !isAtFields ? <TroubleNote trouble={trouble} /> : null}
        <div className={styles['submit']}>
          <Button
            variant="primary"
            size="large"
            pending={create.isPending}
            keys="Control+Enter"
            onPress={press}
          >
            {f.submit}
          </Button>
          <span className={styles['keys']}>{f.keys}</span>
        </div>
      </div>
    </form>
  )
}

/** A hyphen at the end of a slug may still get its letter. */
const isHalf = (field: FleetField, { slug }: FleetDraft): boolean =>
  field === 'slug' && slug.endsWith('-')

const titles: Readonly<Record<FleetField, string>> = {
  stage: f.stage,
  slug: f.slug,
  name: f.name,
  template: f.template,
  instance_types: f.types,
  min: f.min,
  max: f.max,
  on_demand_max: f.onDemand,
  workflows: f.workflows,
}
const line: FieldSchema = { type: 'string', 'x-bp': { kind: 'text' } }
const count: FieldSchema = { type: 'integer', minimum: 0, 'x-bp': { kind: 'int' } }

interface PartProps {
  readonly draft: FleetDraft
  readonly describedBy: string
  readonly onChange: (change: Partial<FleetDraft>) => void
}

/** Classes of machines by their memory; another class begins with all of its machine types. */
function Templates({ draft, describedBy, onChange }: PartProps) {
  const name = useId()
  return (
    <Choices
      kind="radiogroup"
      look="card"
      labelledBy={`${fieldId('template')}-label`}
      describedBy={describedBy}
    >
      {fleetTemplateSlugs.map(template => {
        const { title, vramGb, instanceTypes } = fleetTemplates[template]
        return (
          <Choice
            key={template}
            kind="radio"
            look="card"
            name={name}
            value={template}
            isChosen={draft.template === template}
            onChange={() => {
              onChange({ template, instance_types: instanceTypes })
            }}
          >
            <strong className={styles['gigabytes']}>{f.gigabytes(vramGb)}</strong>
            <span className={styles['purpose']}>{title.slice(title.indexOf(':') + 1).trim()}</span>
          </Choice>
        )
      })}
    </Choices>
  )
}

/** The machine types of the class, in the order of preference; the number tells the place among the chosen. */
function Types({ draft, describedBy, onChange }: PartProps) {
  const all: readonly string[] = fleetTemplates[draft.template].instanceTypes
  const chosen = all.filter(type => draft.instance_types.includes(type))
  return (
    <Choices
      kind="group"
      look="chip"
      labelledBy={`${fieldId('instance_types')}-label`}
      describedBy={describedBy}
    >
      {all.map(type => {
        const place = chosen.indexOf(type)
        return (
          <Choice
            key={type}
            kind="checkbox"
            look="chip"
            name={fieldId('instance_types')}
            value={type}
            isChosen={place >= 0}
            onChange={isChosen => {
              onChange({
                instance_types: isChosen
                  ? [...draft.instance_types, type]
                  : draft.instance_types.filter(other => other !== type),
              })
            }}
          >
            <span className={styles['place']} aria-hidden>
              {place < 0 ? '' : place + 1}
            </span>
            {type}
          </Choice>
        )
      })}
    </Choices>
  )
}

function Serves({ draft, describedBy, onChange }: PartProps) {
  return (
    <div className={styles['serves']}>
      <div>
        <Segments
          label={f.workflows}
          options={[
            { value: 'all', word: f.serves.all },
            { value: 'some', word: f.serves.some },
          ]}
          value={draft.serves === 'some' ? 'some' : 'all'}
          describedBy={describedBy}
          onChange={serves => {
            onChange({ serves })
          }}
        />
      </div>
      {draft.serves === 'some' ? (
        <Workflows draft={draft} describedBy={describedBy} onChange={onChange} />
      ) : null}
    </div>
  )
}

function Workflows({ draft, describedBy, onChange }: PartProps) {
  const list = useQuery(workflows.list())
  return (
    <Loaded query={list} skeleton={<Skeleton className={styles['skeleton']} />}>
      {page =>
        page.data.length === 0 ? (
          <p className={styles['keys']}>{f.noWorkflows}</p>
        ) : (
          <Choices
            kind="group"
            look="chip"
            labelledBy={`${fieldId('workflows')}-label`}
            describedBy={describedBy}
          >
            {page.data.map(({ slug, name }) => (
              <Choice
                key={slug}
                kind="checkbox"
                look="chip"
                name={fieldId('workflows')}
                value={slug}
                isChosen={draft.workflows.includes(slug)}
                onChange={isChosen => {
                  onChange({
                    workflows: isChosen
                      ? [...draft.workflows, slug]
                      : draft.workflows.filter(other => other !== slug),
                  })
                }}
              >
                {name === '' ? slug : name}
              </Choice>
            ))}
          </Choices>
        )
      }
    </Loaded>
  )
}
