"""Hands spans to a collector by OpenTelemetry's protocol, from a thread of its own."""

from contextvars import ContextVar

from django.conf import settings
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, TraceFlags

from pbx_messaging.reporting import traces
from pbx_messaging.version import VERSION

TIMEOUT_S = 5
EVERY_MS = 2_000
SAMPLED = TraceFlags(TraceFlags.SAMPLED)

_root: ContextVar[traces.Span | None] = ContextVar("root", default=None)


class _Ids(IdGenerator):
    """Those of a root are by its request's id."""

    def __init__(self) -> None:
        self._others = RandomIdGenerator()

    def generate_span_id(self) -> int:
        span = _root.get()
        return self._others.generate_span_id() if span is None else span.root_id

    def generate_trace_id(self) -> int:
        span = _root.get()
        return self._others.generate_trace_id() if span is None else span.trace_id


def begin(process: str) -> None:
    resource = Resource(
        {"service.name": "pbx-messaging", "service.version": VERSION, "service.instance.id": process}
    )
    provider = TracerProvider(resource=resource, id_generator=_Ids())
    exporter = OTLPSpanExporter(endpoint=f"{settings.OTLP_URL}/v1/traces", timeout=TIMEOUT_S)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=EVERY_MS))
    tracer = provider.get_tracer("pbx_messaging")

    def take(span: traces.Span) -> None:
        token = _root.set(span if span.is_root else None)
        try:
            links = [Link(_context(span.linked))] if span.link else []
            context = Context() if span.is_root else trace.set_span_in_context(_parent(span), Context())
            facts = {name: value for name, value in span.facts.items() if value is not None}
            made = tracer.start_span(
                span.name, context, start_time=span.began_ns, attributes=facts, links=links
            )
            made.end(span.ended_ns)
        finally:
            _root.reset(token)

    traces.take = take


def _context(span: traces.Span) -> SpanContext:
    return SpanContext(span.trace_id, span.root_id, is_remote=True, trace_flags=SAMPLED)


def _parent(span: traces.Span) -> NonRecordingSpan:
    return NonRecordingSpan(_context(span))
