# The API. Its context is a folder made by `node infrastructure/docker/assemble.ts backend <folder>`, laid out as it
# lies in the image. Nothing is run while it is built: any machine builds it for both platforms, without emulation.
# The digest names an index of several platforms; a newer Node comes in by changing this line.
ARG NODE_DIGEST=sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d
FROM node:24-bookworm-slim@${NODE_DIGEST}

# From what changes least to what changes with each commit, so that layers are shared.
COPY app/node_modules/ /app/node_modules/
COPY app/effects/ /app/effects/
COPY app/migrations/ /app/migrations/
COPY app/rds-ca.pem /app/
COPY app/backend.mjs app/backend.mjs.map app/decode-child.mjs app/decode-child.mjs.map /app/
# The only place that is written to; its owner is the user below.
COPY --chown=1000:1000 data/ /data/

ENV NODE_ENV=production \
    BP_HOST=0.0.0.0 \
    BP_PORT=8080 \
    BP_FILES_PORT=8081 \
    BP_DATA=/data \
    BP_EFFECTS=/app/effects \
    BP_LOCAL_ANONYMOUS=0
ARG BP_COMMIT=unknown
ENV BP_COMMIT=${BP_COMMIT}
LABEL org.opencontainers.image.title="bp-backend" \
      org.opencontainers.image.revision="${BP_COMMIT}"

USER 1000:1000
WORKDIR /app
VOLUME ["/data"]
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
# It asks whether the process answers, not whether the database does: a restart mends no database.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["/usr/local/bin/node", "-e", "fetch('http://127.0.0.1:' + process.env.BP_PORT + '/api/live').then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# With an argument it is another command: `migrate`.
ENTRYPOINT ["/usr/local/bin/node", "--enable-source-maps", "/app/backend.mjs"]
