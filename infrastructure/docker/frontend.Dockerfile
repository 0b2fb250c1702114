# The pages. Its context is a folder made by `node infrastructure/docker/assemble.ts frontend <folder>`, laid out as it
# lies in the image. Nothing is run while it is built: any machine builds it for both platforms, without emulation.
# The digest names an index of several platforms; a newer Node comes in by changing this line.
ARG NODE_DIGEST=sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d
FROM node:24-bookworm-slim@${NODE_DIGEST}

COPY app/dist/ /app/dist/
COPY app/frontend.mjs app/frontend.mjs.map /app/

ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000
ARG BP_COMMIT=unknown
ENV BP_COMMIT=${BP_COMMIT}
LABEL org.opencontainers.image.title="bp-frontend" \
      org.opencontainers.image.revision="${BP_COMMIT}"

USER 1000:1000
WORKDIR /app
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 \
  CMD ["/usr/local/bin/node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/up').then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/usr/local/bin/node", "--enable-source-maps", "/app/frontend.mjs"]
