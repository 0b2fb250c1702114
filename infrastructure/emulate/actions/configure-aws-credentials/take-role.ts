#!/usr/bin/env node
/**
 * Takes a role of the emulator with a web identity token, and prints what later steps need, one NAME=value a line.
 * The token has no signature: the emulator compares audience, subject and repository alone.
 */
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts'

const { ROLE = '', REGION = '', BP_PLAYED_CLAIMS = '{}' } = process.env
const claims: unknown = JSON.parse(BP_PLAYED_CLAIMS)
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const secondsNow = Math.floor(Date.now() / 1000)
const token = [
  part({ alg: 'none', typ: 'JWT' }),
  part({
    iss: 'https://token.actions.githubusercontent.com',
    aud: 'sts.amazonaws.com',
    iat: secondsNow,
    exp: secondsNow + 600,
    ...(typeof claims === 'object' ? claims : {}),
  }),
  '',
].join('.')

const { Credentials } = await new STSClient({ region: REGION }).send(
  new AssumeRoleWithWebIdentityCommand({
    RoleArn: ROLE,
    RoleSessionName: 'played',
    WebIdentityToken: token,
  }),
)
for (const secret of [Credentials?.SecretAccessKey, Credentials?.SessionToken])
  process.stderr.write(`::add-mask::${secret ?? ''}\n`)
const lines = {
  AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId,
  AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey,
  AWS_SESSION_TOKEN: Credentials?.SessionToken,
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
}
for (const [name, value] of Object.entries(lines)) process.stdout.write(`${name}=${value ?? ''}\n`)
process.stderr.write(`took ${ROLE}\n`)
