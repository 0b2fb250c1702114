import { assetShelves } from '@bp/contracts/assets'
import type { JobId } from '@bp/contracts/ids'
import { jobPriorities } from '@bp/contracts/jobs'
import { limits } from '@bp/contracts/limits'
import { reserve } from '@bp/domain/jobs/order'
import { laneOf } from '../fleets/lane.ts'
import { byPrimaryKey, lock } from '../lock.ts'
import { id, int } from '../row.ts'
import { list, sql } from '../sql.ts'
import { StatChanges } from '../stat.ts'
import type { Writer } from '../store.ts'
import { admit, admitHeld } from './admit.ts'
import type { Entering } from './admit.ts'
import { claimKeys, claimText, dropKeys, keyHashOf } from './claim-keys.ts'
import type { KeyClaim } from './claim-keys.ts'
import { waitingOf } from './draft.ts'
import type { Draft, PlacedDraft } from './draft.ts'
import { insertJobs } from './insert-jobs.ts'
import { lineText, lockLines, writeLines } from './lines.ts'
import { modelSetOf } from './model-set.ts'
import type { NewJob, SubmitRefusal, Submitted } from './new-job.ts'

const jobsMax = 500
const costMsMin = 1_000
const costMsMax = 3_600_000

/**
 * Accepts jobs: everything of a submission is in this one transaction. Answers in the order of `jobs`, a refusal is
 * a value and leaves no row and no key. At most 500 at once. Throws `idempotency_in_progress` when the same key is in flight elsewhere.
 */
export async function submit(
  writer: Writer,
  jobs: readonly NewJob[],
): Promise<readonly Submitted[]> {
  if (jobs.length > jobsMax) throw new RangeError(`${jobs.length} jobs; ${jobsMax} at most`)
  const drafts: Draft[] = []
  // Lanes and model sets first: they are locked before places in the order of the house.
  for (const job of jobs) {
    drafts.push({
      job,
      laneId: await laneOf(writer, job),
      modelSetId: await modelSetOf(writer, job.models),
      claim: claimOf(job),
    })
  }
  const answers = new Map<Draft, Submitted>()
  const { fresh, followers } = await firstOfTheirKey(writer, drafts, answers)
  const withFiles = await whoseFilesAreThere(writer, fresh, answers)
  await enter(writer, withFiles, answers)

  const refused = fresh.filter(draft => isRefused(answers.get(draft)))
  await dropKeys(
    writer,
    refused.flatMap(draft => draft.claim ?? []),
  )
  for (const [follower, leader] of followers) {
    const answer = answers.get(leader)
    if (answer !== undefined) {
      answers.set(follower, isRefused(answer) ? answer : { ...answer, replayed: true })
    }
  }
  return drafts.map(draft => answers.get(draft) ?? refusal('queue_full'))
}

const refusal = (code: SubmitRefusal): Submitted => ({ refused: code })
const isRefused = (answer: Submitted | undefined): answer is { refused: SubmitRefusal } =>
  answer !== undefined && 'refused' in answer

function claimOf(job: NewJob): KeyClaim | undefined {
  if (job.idempotency === undefined) return undefined
  const { route, key, requestHash } = job.idempotency
  return { userId: job.userId, keyHash: keyHashOf(route, key), jobId: job.id, requestHash }
}

/** Answers repeats of keys and of ids; what is left is new. Followers share their key with an earlier job of the same call. */
async function firstOfTheirKey(
  writer: Writer,
  drafts: readonly Draft[],
  answers: Map<Draft, Submitted>,
): Promise<{ fresh: readonly Draft[]; followers: ReadonlyMap<Draft, Draft> }> {
  const leaders = new Map<string, Draft>()
  for (const draft of drafts) {
    if (draft.claim === undefined) continue
    const key = claimText(draft.claim)
    if (!leaders.has(key)) leaders.set(key, draft)
  }
  const holders = await claimKeys(
    writer,
    [...leaders.values()].flatMap(draft => draft.claim ?? []),
  )
  // A repeat after an unknown COMMIT comes with the same ids: it finds itself.
  const known = await existing(writer, drafts)

  const fresh: Draft[] = []
  const followers = new Map<Draft, Draft>()
  for (const draft of drafts) {
    const key = draft.claim === undefined ? undefined : claimText(draft.claim)
    const holder = key === undefined ? undefined : holders.get(key)
    const leader = key === undefined ? undefined : leaders.get(key)
    const isSame =
      draft.claim === undefined ||
      holder === undefined ||
      holder.requestHash.equals(draft.claim.requestHash)
    if (!isSame) {
      answers.set(draft, refusal('idempotency_key_reused'))
    } else if (holder !== undefined && leader !== undefined && holder.jobId !== leader.job.id) {
      answers.set(draft, { job: holder.jobId, replayed: true })
    } else if (known.has(draft.job.id)) {
      answers.set(draft, { job: draft.job.id, replayed: true })
    } else if (leader !== undefined && leader !== draft) {
      followers.set(draft, leader)
    } else {
      fresh.push(draft)
    }
  }
  return { fresh, followers }
}

async function existing(writer: Writer, drafts: readonly Draft[]): Promise<ReadonlySet<bigint>> {
  if (drafts.length === 0) return new Set()
  const ids = list(drafts.map(draft => draft.job.id))
  const rows = await writer.all(sql`SELECT id FROM job WHERE id IN ${ids}`)
  return new Set(rows.map(row => id<JobId>().read(row['id'])))
}

/** Share-locks the files: a purge of one of them waits, or has already won. Ownership is part of the WHERE. */
async function whoseFilesAreThere(
  writer: Writer,
  drafts: readonly Draft[],
  answers: Map<Draft, Submitted>,
): Promise<readonly Draft[]> {
  const whole: Draft[] = []
  for (const draft of drafts) {
    const ids = [...new Set(draft.job.assets.map(asset => asset.assetId))]
    const rows =
      ids.length === 0
        ? []
        : await writer.all(sql`
            SELECT id FROM asset ${byPrimaryKey(writer)} WHERE id IN ${list(ids)} AND user_id = ${draft.job.userId}
            AND shelf IN (${assetShelves.numberOf('results')}, ${assetShelves.numberOf('uploads')}) ORDER BY id ${lock(writer, 'share')}`)
    if (rows.length === ids.length) whole.push(draft)
    else answers.set(draft, refusal('asset_missing'))
  }
  return whole
}

/** Gives passes, writes the jobs and puts each into its place. */
async function enter(
  writer: Writer,
  drafts: readonly Draft[],
  answers: Map<Draft, Submitted>,
): Promise<void> {
  if (drafts.length === 0) return
  const lines = await lockLines(
    writer,
    drafts.map(draft => draft.job),
  )
  const now = await writer.now()
  const floors = await floorsOf(writer, drafts)
  let room = limits.waitingJobsMax - (await waitingJobs(writer))
  const stats = new StatChanges()
  const placed: PlacedDraft[] = []

  for (const [key, own] of Map.groupBy(drafts, draft => lineText(draft.job))) {
    const line = lines.get(key)
    if (line === undefined) throw new Error('a line was not locked before submit')
    const userRoom = limits.waitingJobsPerUserMax - (line.active + line.held)
    const taken = own.slice(0, Math.max(0, Math.min(room, userRoom)))
    room -= taken.length
    const costs = taken.map(draft => Math.min(costMsMax, Math.max(costMsMin, draft.job.costMs)))
    const first = taken[0]
    if (first === undefined) continue
    const floor = floors.get(floorText(first.job)) ?? 0
    const isIdle = line.active === 0 && line.held === 0
    const given = reserve(
      { nextPass: line.nextPass, idle: isIdle, weight: line.before.weight },
      floor,
      costs,
    )
    line.nextPass = given.next
    for (const [at, draft] of taken.entries()) {
      const { deadlineInMs } = draft.job
      placed.push({
        ...draft,
        pass: given.passes[at] ?? floor,
        costMs: costs[at] ?? costMsMin,
        createdAt: now,
        deadlineAt: deadlineInMs === undefined ? 0 : now + deadlineInMs,
      })
    }
  }

  const isLater = (draft: PlacedDraft): boolean => (draft.job.notBefore ?? 0) > now
  for (const draft of placed) stats.add(lineOfStat(draft), { enqueued: 1 })
  for (const draft of placed.filter(isLater)) stats.add(lineOfStat(draft), { dueLater: 1 })
  await insertJobs(writer, placed, isLater)
  await admit(writer, placed.filter(draft => !isLater(draft)).map(entering), lines, stats)
  // Tokens that a raised limit has freed: the new jobs stand behind those that were held.
  await admitHeld(writer, lines, now, stats)
  await writeLines(writer, lines)
  await stats.write(writer, 'submit')
  for (const draft of placed) {
    const origin = drafts.find(one => one.job === draft.job)
    if (origin !== undefined) {
      answers.set(origin, { job: draft.job.id, replayed: false, laneId: draft.laneId })
    }
  }
}

const lineOfStat = (draft: PlacedDraft) => ({ laneId: draft.laneId, prio: draft.job.prio })

const entering = (draft: PlacedDraft): Entering => ({
  fleetId: draft.job.fleetId,
  ...waitingOf(draft),
})

const floorText = (job: NewJob): string => `${job.fleetId} ${job.prio}`

/** The smallest pass of what each fleet granted last: newcomers join there. */
async function floorsOf(
  writer: Writer,
  drafts: readonly Draft[],
): Promise<ReadonlyMap<string, number>> {
  const fleetIds = [...new Set(drafts.map(draft => draft.job.fleetId))]
  const rows = await writer.all(
    sql`SELECT fleet_id, prio, pass FROM fleet_clock WHERE fleet_id IN ${list(fleetIds)}`,
  )
  return new Map(
    rows.map(row => [
      `${int.read(row['fleet_id'])} ${jobPriorities.wordOf(int.read(row['prio']))}`,
      int.read(row['pass']),
    ]),
  )
}

/** Everybody's waiting jobs, from the gauges. */
async function waitingJobs(writer: Writer): Promise<number> {
  const row = await writer.first(
    sql`SELECT COALESCE(SUM(ready + held + due_later), 0) AS waiting FROM stat`,
  )
  return int.read(row?.['waiting'] ?? 0)
}
