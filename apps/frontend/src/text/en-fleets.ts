/** Sentences of the fleets' pages: they come with these pages, so that nobody else carries them. */
import { formatNumber } from './format.ts'

const shown = 48

export const fleetWords = {
  back: 'Console',
  create: {
    lead: 'Which machines it may have, how many, and what they run.',
    form: 'New fleet',
    stage: 'Stage',
    stages: { staging: 'Staging', production: 'Production' },
    stageHelp: 'What people start runs in production. Staging is for trying a fleet before.',
    slug: 'Slug',
    slugHelp:
      '1 to 32 small letters, digits or hyphens. It stands in the names of everything that belongs to the fleet, and cannot be changed.',
    slugExample: 'portraits',
    name: 'Name',
    nameHelp: 'What people read. Without one, the slug is the name.',
    template: 'Template',
    templateHelp: 'By the video memory of the machines.',
    gigabytes: (gb: number) => `${formatNumber(gb)} GB`,
    types: 'Machine types',
    typesHelp:
      'All of a template run the same workflows. The first is preferred; with more of them a place is found sooner.',
    min: 'Least machines',
    max: 'Most machines',
    onDemand: 'Most On-Demand',
    minHelp: '0: it costs nothing while nobody waits.',
    maxHelp: 'More than that never run at once.',
    onDemandHelp: 'When no Spot machine can be had. 0: Spot only.',
    workflows: 'Workflows',
    serves: { all: 'All that no other fleet serves', some: 'Only these' },
    servesHelp: 'A workflow that another fleet of the stage serves moves to this one.',
    noWorkflows: 'There are no workflows yet.',
    submit: 'Create fleet',
    keys: 'or Ctrl+Enter',
    summary: 'Correct these fields first',
    made: 'The fleet is made.',
    openTaken: (fleet: string) => `Open ${fleet}`,
    names: 'What belongs to it',
    namesLead: 'Names follow from stage and slug.',
    nameRows: {
      stack: 'Stack',
      group: 'Group of machines',
      template: 'Launch template',
      config: 'What is asked of it',
      image: 'Its image',
      log: 'Log of its machines',
    },
    machineTitle: 'This machine starts nothing for it',
    machineText:
      'bp runs here on a single machine, and its own fleet serves every workflow. A fleet made here is written down, but fleets are machines in AWS: none is started for it, and no run goes to it.',
  },
  faults: {
    slugEmpty: 'Give it a slug.',
    slugLong: (length: number) => `It has ${formatNumber(length)} characters; 32 are allowed.`,
    slugLetters: 'Only small letters, digits and hyphens are allowed.',
    slugEnds: 'It begins and ends with a letter or a digit.',
    slugNone: '“none” is kept for the absence of a fleet.',
    slugSibling: 'It may not end in “-od”: that is how a fleet’s On-Demand group ends.',
    slugTaken: (fleet: string) =>
      `There is a fleet ${fleet} already. Open it, or choose another slug.`,
    nameLong: (length: number) => `It has ${formatNumber(length)} characters; 80 are allowed.`,
    types: 'Choose at least one machine type.',
    whole: (low: number, high: number) =>
      `A whole number from ${formatNumber(low)} to ${formatNumber(high)}.`,
    minAboveMax: (max: number) =>
      `That is more than the most, which is ${formatNumber(max)}. Lower it, or raise the most.`,
    workflows: 'Choose at least one, or all.',
  },
  show: {
    waiting: 'Waiting',
    running: 'Running',
    starting: 'Starting',
    workers: 'Workers',
    held: (n: number) => (n === 0 ? 'Nothing waits.' : `${formatNumber(n)} held`),
    oldest: (duration: string) => `the oldest for ${duration}`,
    draining: (n: number) => (n === 0 ? 'Nothing starts.' : `${formatNumber(n)} draining`),
    busy: (n: number, max: number) =>
      n === 0
        ? `at most ${formatNumber(max)}`
        : `${formatNumber(n)} busy, at most ${formatNumber(max)}`,
    workersNone: 'No worker of this fleet has registered within the hour.',
    asked: 'What is asked of it',
    template: 'Template',
    memory: (gb: number) => `${formatNumber(gb)} GB of video memory`,
    types: 'Machine types, the preferred first',
    size: 'Size',
    sizeWords: (min: number, max: number) => `${formatNumber(min)} to ${formatNumber(max)}`,
    onDemand: 'Of them On-Demand',
    onDemandWords: (max: number) => (max === 0 ? 'none' : `at most ${formatNumber(max)}`),
    workflows: 'Workflows served',
    decision: 'Last decision',
    document: 'Document',
    rewrite: 'Write it again',
    rewritten: 'The document is written.',
    pointer: {
      missing:
        'Its document is missing: the workflows below find nothing to build from. Write it again.',
      different:
        'Its document says something else than this page. Write it again, then apply it (step 4).',
    },
    own: 'This machine’s own fleet',
    ownText:
      'Its workers are processes on this machine; they start when a run waits and end when none does. BP_WORKERS_MAX sets how many.',
    recorded: 'Written down, nothing more',
    recordedText:
      'bp runs here on a single machine: it starts no machines for this fleet, and no run goes to it. The fleet comes to life in an installation in AWS.',
    next: 'What to do next',
    nextText: 'In a clone of the repository, in this order. Each may be run again.',
    doneTitle: 'Workers have registered',
    doneText: 'The bring-up is through.',
    again: 'Show its steps',
    copyCommand: (command: string) =>
      `Copy “${command.length > shown ? `${command.slice(0, shown)}…` : command}”`,
    steps: {
      create: {
        title: 'Create the fleet',
        text: 'It is made; this shows the document that the workflows will read.',
      },
      provision: {
        title: 'Provision it',
        text: 'Checks quota and document, and deploys the stack. The group holds no machine yet: the public image has no worker in it.',
      },
      image: {
        title: 'Build the image',
        text: 'Driver, ComfyUI and worker. It is used only if its self-test passed.',
      },
      refresh: {
        title: 'Open the group, see workers register',
        text: 'Now that an image is there, applying the configuration opens the group. Then start one machine: it appears on this page within three minutes.',
      },
    },
  },
} as const
