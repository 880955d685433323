# syntax=docker/dockerfile:1

# Gateway and worker for one machine; `docker compose up` builds it.
#   docker build -t levigate .
#
# Base images are named by exact version. For a build that repeats byte for byte, pin by digest, too:
#   --build-arg NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:<docker buildx imagetools inspect>
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

# The bundles.
FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY gpu-worker/package.json gpu-worker/
RUN npm ci --ignore-scripts
COPY src src
COPY functions functions
COPY scripts scripts
COPY gpu-worker/src gpu-worker/src
RUN node scripts/build.ts

# What the bundles import at run time. Optional packages stay: sharp's binary is one.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY gpu-worker/package.json gpu-worker/
RUN npm ci --ignore-scripts --omit=dev
COPY scripts/prune-modules.ts scripts/
RUN node scripts/prune-modules.ts node_modules

FROM ${NODE_IMAGE} AS levigate
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8787 \
    LEVIGATE_DATA=/var/lib/levigate \
    LEVIGATE_CACHE=/var/cache/levigate
WORKDIR /app
RUN useradd --uid 10001 --no-log-init --no-create-home levigate \
  && install --directory --owner=levigate /var/lib/levigate /var/cache/levigate
COPY --from=dependencies /build/node_modules node_modules
COPY --from=build /build/package.json ./
COPY --from=build /build/dist dist
COPY --from=build /build/gpu-worker/package.json gpu-worker/
COPY --from=build /build/gpu-worker/dist gpu-worker/dist
COPY migrations migrations
USER 10001
VOLUME ["/var/lib/levigate", "/var/cache/levigate"]
EXPOSE 8787
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "dist/cli.mjs"]
CMD ["start"]
