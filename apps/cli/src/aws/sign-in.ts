import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { GetParameterCommand } from '@aws-sdk/client-ssm'
import { readProblem } from '@bp/client/problems'
import { controlSecretOf } from '@bp/contracts/control-secret'
import { names } from '@bp/contracts/names'
import { paths } from '@bp/contracts/paths'
import { makeLink } from '../instance/make-link.ts'
import { Refusal } from '../refusal.ts'
import { openAws } from './clients.ts'

const answerMsMax = 30_000

/** A one-time sign-in link of the installation in AWS, by the right of whoever may read its application key. */
export async function linkToAws(signal: AbortSignal) {
  return makeLink(await findInstallation(signal), signal)
}

/** Signs in to the installation in AWS for one call: what to send along, and how to sign out again. */
export async function signInToAws(signal: AbortSignal) {
  const link = new URL((await linkToAws(signal)).url)
  const url = link.origin
  const post = async (path: string, body: object, cookie: string | undefined) => {
    const answer = await fetch(new URL(path, url), {
      method: 'POST',
      redirect: 'manual',
      // A call with a cookie has to come from a page of bp, or to say so.
      headers: { 'content-type': 'application/json', origin: url, ...(cookie && { cookie }) },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)]),
    })
    if (answer.status >= 400) throw await readProblem(answer)
    return answer
  }
  const redeemed = await post(paths['links.redeem'].path, { token: link.hash.slice(1) }, undefined)
  const [cookie = ''] = redeemed.headers.getSetCookie().map(line => line.split(';')[0] ?? '')
  return {
    url,
    headers: { cookie, origin: url },
    leave: async () => {
      // A session that could not be ended ends by itself; the call is done all the same.
      await post(paths['sessions.end'].path, {}, cookie).catch(() => undefined)
    },
  }
}

/** Where the installation is and what opens it. Refuses with the step that is missing. */
async function findInstallation(abortSignal: AbortSignal) {
  const aws = await openAws()
  const parameter = names.parameters.shared('compute', 'api-url')
  try {
    const found = await aws.parameters.send(new GetParameterCommand({ Name: parameter }), {
      abortSignal,
    })
    const secret = new GetSecretValueCommand({ SecretId: names.secrets.appKey })
    const { SecretString: appKey = '' } = await aws.secrets.send(secret, { abortSignal })
    return { url: found.Parameter?.Value ?? '', control_secret: await controlSecretOf(appKey) }
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    if (name !== 'ParameterNotFound' && name !== 'ResourceNotFoundException') throw error
    const stack = name === 'ParameterNotFound' ? names.stacks.compute : names.stacks.data
    throw new Refusal('not_deployed', 'notFound', `bp is not deployed in ${aws.region}.`, {
      reason: `${stack} is missing there.`,
      next: `npx cdk deploy ${stack} --exclusively`,
      cause: error,
    })
  } finally {
    aws.close()
  }
}
