FROM python:3.13-slim
WORKDIR /syndicator
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock && pip install --no-cache-dir "flower==2.2.0"
COPY pyproject.toml README.md LICENSE ./
COPY syndicator ./syndicator
RUN pip install --no-cache-dir --no-deps .
RUN useradd --create-home syndicator && mkdir -p /newsroom/var && chown -R syndicator /newsroom
USER syndicator
WORKDIR /newsroom
CMD ["syndicator", "--help"]
