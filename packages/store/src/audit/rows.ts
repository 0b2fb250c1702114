import type { AuditId, UserId } from '@bp/contracts/ids'
import { auditOutcomes } from '@bp/contracts/users'
import { bodyCodecs } from '@bp/contracts/workflows'
import { bytes, doc, id, int, key16, table, text, word } from '../row.ts'

/** Who changed what. Append-only: triggers refuse every UPDATE, and a DELETE for 400 days. */
export const auditLogs = table('audit_log', {
  id: id<AuditId>(),
  actorId: id<UserId>(),
  keyId: id<bigint>(),
  ip: text,
  route: text,
  target: text,
  outcome: word(auditOutcomes),
  requestId: text,
  diff: doc,
})

/** What `idem` is for submits, for every other POST: the answer that a repeat of the key gets. */
export const idemAnswers = table('idem_answer', {
  userId: id<UserId>(),
  keyHash: key16,
  requestHash: key16,
  status: int,
  codec: word(bodyCodecs),
  body: bytes,
  expiresAt: int,
})

export const settings = table('setting', {
  name: text,
  value: doc,
  rev: int,
  byId: id<UserId>(),
  at: int,
})
