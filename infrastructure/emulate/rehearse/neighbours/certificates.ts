import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Programs } from '../programs.ts'

/** An authority of one rehearsal and a server certificate for this machine, as files. */
export interface Certificates {
  readonly authorityFile: string
  readonly certificateFile: string
  readonly keyFile: string
}

/** They live for two days: a rehearsal that is left running overnight goes on in the morning. */
const making = `
key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
openssl req -x509 -days 2 $key -subj '/CN=bp rehearsal' -keyout authority.key -out authority.pem
openssl req $key -subj /CN=localhost -keyout server.key -out server.csr
echo subjectAltName=DNS:localhost,IP:127.0.0.1 > server.ext
openssl x509 -req -days 2 -in server.csr -extfile server.ext -CA authority.pem -CAkey authority.key -CAcreateserial -out server.pem`

/** Makes them with openssl. RDS and ElastiCache have certificates too: that clients check them is part of what is played. */
export async function makeCertificates(
  programs: Programs,
  folder: string,
  { env, signal }: { readonly env: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<Certificates> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { code, said } = await programs.run(
    { program: 'sh', args: ['-ec', making], env, cwd: folder },
    signal,
  )
  if (code !== 0) throw new Error(`openssl ended with ${code}: ${said}`)
  return {
    authorityFile: join(folder, 'authority.pem'),
    certificateFile: join(folder, 'server.pem'),
    keyFile: join(folder, 'server.key'),
  }
}
