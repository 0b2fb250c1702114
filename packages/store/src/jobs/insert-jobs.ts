import { firstEvent } from '@bp/domain/jobs/transition'
import { labels } from '../assets/rows.ts'
import { insertRows } from '../insert-rows.ts'
import { labelHash } from '../label-hash.ts'
import { bytes, noId } from '../row.ts'
import type { Writer } from '../store.ts'
import { waitingOf } from './draft.ts'
import type { PlacedDraft } from './draft.ts'
import type { NewJob } from './new-job.ts'
import {
  delayedJobs,
  jobAssets,
  jobDeadlines,
  jobEvents,
  jobInfos,
  jobPayloads,
  jobs,
} from './rows.ts'

/** The rows of new jobs, all but those of the ready and held places (`admit`). */
export async function insertJobs(
  writer: Writer,
  drafts: readonly PlacedDraft[],
  isLater: (draft: PlacedDraft) => boolean,
): Promise<void> {
  await insertRows(
    writer,
    jobs,
    drafts.map(draft => ({
      id: draft.job.id,
      userId: draft.job.userId,
      laneId: draft.laneId,
      workflowVersionId: draft.job.workflowVersionId ?? noId(),
      effectId: draft.job.effectId ?? null,
      modelSetId: draft.modelSetId,
      prio: draft.job.prio,
      pass: draft.pass,
      costMs: draft.costMs,
      runMsMax: draft.job.runMsMax,
      deadlineAt: draft.deadlineAt,
      lossesMax: draft.job.lossesMax,
      state: 'open',
      finalEpoch: null,
      losses: 0,
      interruptions: 0,
      cancelAt: null,
      createdAt: draft.createdAt,
      firstStartedAt: null,
      finishedAt: null,
      lastWorkerId: null,
      retriedFrom: draft.job.retriedFrom ?? null,
      errorCode: null,
    })),
  )
  await insertRows(
    writer,
    jobPayloads,
    drafts.map(({ job }) => ({
      jobId: job.id,
      codec: job.payload.codec,
      body: bytes.read(job.payload.body),
    })),
  )
  await insertRows(
    writer,
    jobInfos,
    drafts.map(({ job }) => ({
      jobId: job.id,
      userId: job.userId,
      kind: job.info.kind,
      api: job.info.api,
      flags: job.info.flags,
      keyId: 0n,
      effectN: job.info.effectN ?? 0,
      webhookId: 0n,
      webhookEvents: 0,
      idempotencyKey: job.idempotency?.key ?? null,
      labels: JSON.stringify({ tags: job.info.tags, metadata: job.info.metadata }),
      codec: 'bytes',
      input: job.info.input,
    })),
  )
  await insertRows(
    writer,
    delayedJobs,
    drafts.filter(isLater).map(draft => ({
      ...waitingOf(draft),
      dueAt: draft.job.notBefore ?? draft.createdAt,
      reason: 'scheduled',
    })),
  )
  await insertRows(
    writer,
    jobDeadlines,
    drafts
      .filter(draft => draft.deadlineAt > 0)
      .map(draft => ({ at: draft.deadlineAt, jobId: draft.job.id })),
  )
  await insertRows(
    writer,
    jobAssets,
    drafts.flatMap(({ job }) => job.assets.map(asset => ({ jobId: job.id, ...asset }))),
    { ifAbsent: true },
  )
  await insertRows(
    writer,
    labels,
    drafts.flatMap(({ job }) =>
      hashesOf(job).map(hash => ({ userId: job.userId, hash, targetId: job.id })),
    ),
    { ifAbsent: true },
  )
  await insertRows(
    writer,
    jobEvents,
    drafts.map(draft => ({
      jobId: draft.job.id,
      seq: firstEvent.seq,
      kind: firstEvent.event,
      at: draft.createdAt,
      data: null,
    })),
  )
}

function hashesOf(job: NewJob): readonly Buffer[] {
  return [
    ...job.info.tags.map(tag => labelHash('job-tag', '', tag)),
    ...Object.entries(job.info.metadata).map(([name, value]) => labelHash('job-meta', name, value)),
    ...(job.idempotency === undefined ? [] : [labelHash('job-key', '', job.idempotency.key)]),
  ]
}
