import { S3Client } from '@aws-sdk/client-s3'

/** A call is tried so often before its failure is the caller's. */
const triesMax = 3
const connectMsMax = 3_000
/** Until the first byte of an answer, and between two pieces of one. */
const silentMsMax = 30_000

/** A client of S3. Region, endpoint and credentials are those of the SDK's own settings. */
export const openS3Client = (): S3Client =>
  new S3Client({
    maxAttempts: triesMax,
    // By default the checksum of an empty body is baked into signed addresses, which then fit no file.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    // Ranges have no checksum, and whole files are checked by those who need to.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connectMsMax,
      requestTimeout: silentMsMax,
      throwOnRequestTimeout: true,
      socketTimeout: silentMsMax,
    },
  })
