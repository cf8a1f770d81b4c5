"""Packaging of altlas-gateway.

``package_dir={"": "."}`` is needed, not decoration: with it an editable
install is a plain path entry, and twistd sees ``twisted/plugins`` in it.
"""

from setuptools import find_packages, setup

RUNTIME = [
    "Twisted[tls] >= 26.10",
    "treq >= 26.7",
    "klein >= 24.8",
    "attrs >= 25.1",
    "pyOpenSSL >= 26.0",
    "service-identity >= 24.1",
    "httptools >= 0.9",
    # Older ones let through lengths and hosts that two readers take in two ways.
    "h2 >= 4.4.1",
    "prometheus-client >= 0.22",
    "uvloop >= 0.23; implementation_name == 'cpython' and sys_platform != 'win32'",
    "jsonschema-rs >= 0.60",
    "openapi-spec-validator >= 0.9",
    "PyYAML >= 6.0",
    "orjson >= 3.10; implementation_name == 'cpython'",
]

TEST = [
    "h11 >= 0.16",  # reads what the gateway writes, as many Python servers do
    "hypothesis >= 6.150",
    "Twisted[websocket] >= 26.10",  # its WebSockets are peers of ours
    "pyhamcrest >= 2.0",  # Twisted's own reactor tests want it
    "openapi-schema-validator >= 0.9",  # the oracle for what is made of schemas of OpenAPI 3.0
    "schemathesis >= 4.30",
    "mypy ~= 2.4",
    "types-PyYAML",
    "mypy-zope ~= 1.0",
    "ruff ~= 0.17.0",
]

# Apart from TEST, since it has wheels for some machines only, and is not to be built.
FUZZ = ["atheris >= 3.0"]

# Swagger UI's own files, for `openapi.docs`; it wants nothing but itself.
DOCS = ["offapi >= 0.1.4"]

BENCH = [
    "Pillow >= 11.3",  # draws the chart
]

setup(
    name="altlas-gateway",
    version="0.1.0",
    description="An event-driven API gateway on Twisted",
    license="MIT",
    python_requires=">=3.11",
    package_dir={"": "."},
    packages=[*find_packages(include=["altlas", "altlas.*"]), "twisted.plugins"],
    package_data={
        "altlas": ["py.typed"],
        "altlas.demo": ["contracts/*"],
        "twisted.plugins": ["altlas_plugin.py"],
    },
    entry_points={"console_scripts": ["altlas = altlas.__main__:main"]},
    install_requires=RUNTIME,
    extras_require={"docs": DOCS, "test": [*TEST, *DOCS], "fuzz": FUZZ, "bench": BENCH},
    classifiers=[
        "Framework :: Twisted",
        "Programming Language :: Python :: 3",
        "Topic :: Internet :: WWW/HTTP",
        "Typing :: Typed",
    ],
)
