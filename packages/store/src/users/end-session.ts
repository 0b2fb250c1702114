import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'

/** Signs out: the session's row goes. Answers whether there was one. */
export async function endSession(
  writer: Writer,
  key: { readonly token: string },
): Promise<boolean> {
  return (await writer.run(sql`DELETE FROM auth_session WHERE token = ${key.token}`)) > 0
}
