# The browser files of others: bundled here, so that the image needs no Node.js.
FROM node:24-slim AS browser-files
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY frontend frontend
COPY static/js static/js
COPY static/css static/css
RUN npm run bundle && npm run pages

FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1 VAR_DIR=/tmp/nodeviz STATIC_ROOT=/app/staticfiles
WORKDIR /app
COPY requirements.txt constraints.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt
COPY . .
COPY --from=browser-files /build/static/vendor static/vendor
RUN python manage.py build_lessons && python manage.py collectstatic --no-input --verbosity 0 && rm -rf "$VAR_DIR" && useradd --system --uid 10001 nodeviz
USER nodeviz
EXPOSE 8000
CMD ["python", "-m", "uvicorn", "nodeviz.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--http", "nodeviz.bounded_http:BoundedHttp", "--ws", "nodeviz.framed_socket:FramedSocket", "--ws-per-message-deflate", "false", "--ws-max-size", "65536", "--lifespan", "off", "--no-server-header", "--log-level", "warning", "--timeout-graceful-shutdown", "5"]
