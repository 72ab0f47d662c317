FROM python:3.13-slim
WORKDIR /syndicator
COPY requirements-image.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-image.lock
COPY pyproject.toml README.md LICENSE ./
COPY syndicator ./syndicator
RUN pip install --no-cache-dir --no-deps --no-build-isolation .
RUN useradd --uid 1000 --create-home syndicator && mkdir -p /newsroom/var && chown -R syndicator /newsroom
USER syndicator
WORKDIR /newsroom
CMD ["syndicator", "--help"]
