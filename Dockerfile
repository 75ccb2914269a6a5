# One image for every app: the command names which, as in docker-compose.yml.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# Optional packages are the Node and the Postgres of a single machine; an image brings its own.
RUN npm run build && npm prune --omit=dev --omit=optional

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
# Young objects live through a batch: see libs/embedded/src/process/supervised-child.ts.
ENV NODE_OPTIONS="--enable-source-maps --max-semi-space-size=128"
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER node
EXPOSE 8080
CMD ["node", "dist/apps/api/src/main.js"]
