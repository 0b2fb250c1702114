/**
 * What the operator of an installation shows to get a sign-in link, made of its application key: all backends that share
 * the key know it, whoever may read the key in AWS can make it, and it stands nowhere. By the Web Crypto of Node.
 */
export async function controlSecretOf(appKey: string): Promise<string> {
  const encoder = new TextEncoder()
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', encoder.encode(appKey), algorithm, false, [
    'sign',
  ])
  const made = await crypto.subtle.sign('HMAC', key, encoder.encode('bp:control'))
  return Array.from(new Uint8Array(made), byte => byte.toString(16).padStart(2, '0')).join('')
}
