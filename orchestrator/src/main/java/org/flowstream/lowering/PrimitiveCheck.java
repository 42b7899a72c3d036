package org.flowstream.lowering;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.flowstream.lowering.Primitive.Direction;
import org.flowstream.lowering.Primitive.Kind;

/**
 * Completes a primitive by what it leaves out and makes its condition.
 *
 * <p>Ports, flags and the fields of transport headers are there in first fragments only. A negative relation is the
 * complement of the positive one among packets that have the field: {@code tcp port != 80} holds for TCP alone, while
 * {@code not tcp port 80} holds for everything else.
 */
final class PrimitiveCheck {
    private static final long PORT_GREATEST = 0xffff;
    private static final int PROTOCOL_GREATEST = 0xff;
    private static final PacketField SOURCE_PORT =
            new PacketField("src port", Word.Source.TRANSPORT, 0, 16, 16, OptionalInt.empty());
    private static final PacketField DESTINATION_PORT =
            new PacketField("dst port", Word.Source.TRANSPORT, 0, 0, 16, OptionalInt.empty());

    private final AddressFamily family;
    private final Primitive primitive;
    private final PrimitiveValue value;
    private final Primitive previous;
    private Function<String, RuntimeException> bad = IllegalStateException::new;

    PrimitiveCheck(AddressFamily family, Primitive primitive, PrimitiveValue value, Primitive previous) {
        this.family = family;
        this.primitive = primitive;
        this.value = value;
        this.previous = previous;
    }

    /** The condition; what is wrong is thrown as {@code complain} makes it. */
    Condition condition(Function<String, RuntimeException> complain) {
        bad = complain;
        if (primitive.kind == Kind.NONE) {
            infer();
        }
        Condition condition = switch (primitive.kind) {
            case HOST, NET -> address();
            case PROTOCOL -> protocol();
            case PORT -> port();
            case TCP_OPTION -> tcpOption();
            case FRAGMENT -> fragment(FieldTest.Relation.NOT_EQUAL);
            case UNFRAGMENTED -> fragment(FieldTest.Relation.EQUAL);
            case ECT -> ect();
            case CE -> ce();
            case FIELD -> field();
            case NONE -> throw bad.apply("expected an address, a port or a header field");
        };
        boolean hasEnds = primitive.kind == Kind.HOST || primitive.kind == Kind.NET || primitive.kind == Kind.PORT;
        if (primitive.direction != Direction.UNSAID && !hasEnds) {
            throw bad.apply("'src' or 'dst' means nothing for '" + primitive.text() + "'");
        }
        return condition;
    }

    /** What is tested, from the value and the primitive before. */
    private void infer() {
        switch (value.kind) {
            case HOST, NET -> {
                primitive.kind = value.kind == PrimitiveValue.Kind.HOST ? Kind.HOST : Kind.NET;
                inheritDirection();
            }
            case TCP_OPTION -> primitive.kind = Kind.TCP_OPTION;
            case PROTOCOL -> primitive.kind = Kind.PROTOCOL;
            case ICMP_TYPE -> setField(family.icmpType());
            case PORT -> inferPort();
            case NUMBER -> inferOfNumber();
            case NONE -> {
                if (primitive.protocol.isEmpty()) {
                    throw bad.apply("expected an address, a port, a protocol or a header field here");
                }
                primitive.kind = Kind.PROTOCOL;
            }
        }
    }

    private void inferPort() {
        primitive.kind = Kind.PORT;
        inheritDirection();
        if (primitive.protocol.isEmpty()) {
            primitive.protocol = previous.protocol;
        }
    }

    private void inferOfNumber() {
        switch (previous.kind) {
            case PORT -> inferPort();
            case PROTOCOL -> primitive.kind = Kind.PROTOCOL;
            case FIELD -> setField(previous.field.orElseThrow());
            default -> throw bad.apply("a number alone: expected 'port' or a header field before it");
        }
    }

    private void inheritDirection() {
        if (primitive.direction == Direction.UNSAID) {
            primitive.direction = previous.direction;
        }
    }

    private void setField(PacketField field) {
        primitive.kind = Kind.FIELD;
        primitive.field = Optional.of(field);
        if (primitive.protocol.isEmpty()) {
            primitive.protocol = field.protocol();
        }
    }

    private Condition address() {
        if (value.address.isEmpty()) {
            throw bad.apply("'" + primitive.text() + "': expected an address such as " + family.addressExample());
        }
        if (primitive.kind == Kind.HOST && value.kind == PrimitiveValue.Kind.NET) {
            throw bad.apply("'host': expected one address; a prefix is written with 'net'");
        }
        boolean negative = value.relation == FieldTest.Relation.NOT_EQUAL;
        if (!negative && value.relation != FieldTest.Relation.EQUAL) {
            throw bad.apply("addresses can only be compared with == and !=");
        }
        AddressPattern pattern = value.address.get();
        if (value.addressMask.isPresent()) {
            pattern = pattern.withMasks(value.addressMask.get().values());
        } else if (value.mask.isPresent()) {
            if (pattern.values().size() != 1) {
                throw bad.apply("expected a mask that is an address");
            }
            pattern = pattern.withMasks(List.of((int) value.mask.getAsLong()));
        }
        AddressPattern wanted = pattern;
        primitive.kind = Kind.HOST;
        return withTransport(
                ends(
                        negative,
                        source -> wanted.at(source ? family.sourceOffset() : family.destinationOffset(), negative)),
                false);
    }

    /** The same for one end or both. */
    private Condition ends(boolean negative, Function<Boolean, Condition> end) {
        return switch (primitive.direction) {
            case SOURCE -> end.apply(true);
            case DESTINATION -> end.apply(false);
            case BOTH ->
                negative
                        ? Condition.any(end.apply(true), end.apply(false))
                        : Condition.all(end.apply(true), end.apply(false));
            case EITHER, UNSAID ->
                negative
                        ? Condition.all(end.apply(true), end.apply(false))
                        : Condition.any(end.apply(true), end.apply(false));
        };
    }

    private Condition protocol() {
        if (value.kind == PrimitiveValue.Kind.NUMBER || value.kind == PrimitiveValue.Kind.PROTOCOL) {
            if (primitive.protocol.isPresent() && primitive.protocol.getAsInt() != value.low) {
                throw bad.apply("two protocols in one primitive");
            }
        } else if (value.kind != PrimitiveValue.Kind.NONE || primitive.protocol.isEmpty()) {
            throw bad.apply("'proto': expected a protocol name or number");
        } else {
            value.low = primitive.protocol.getAsInt();
            value.high = value.low;
        }
        primitive.protocol = OptionalInt.empty();
        if (value.low > PROTOCOL_GREATEST && value.kind != PrimitiveValue.Kind.NUMBER) {
            if (value.relationGiven || value.isMasked()) {
                throw bad.apply("'" + primitive.text() + "': this name takes no relation and no mask");
            }
            primitive.protocol = OptionalInt.of((int) value.low);
            return transport((int) value.low);
        }
        FieldTest test = test("proto", PROTOCOL_GREATEST);
        if (test.relation() == FieldTest.Relation.EQUAL && test.low() == test.high() && !value.isMasked()) {
            primitive.protocol = OptionalInt.of((int) test.low());
        }
        return onProtocol(test);
    }

    /** Where the field is wider than a protocol number, the other bits say that there is none. */
    private Condition onProtocol(FieldTest test) {
        PacketField field = family.protocol();
        if (field.greatest() == PROTOCOL_GREATEST) {
            return test.on(field);
        }
        if (value.isMasked()) {
            throw bad.apply("'proto' takes no mask here");
        }
        Word word = field.word(field.greatest());
        List<Condition> parts = new ArrayList<>();
        for (int low = 0; low <= PROTOCOL_GREATEST; low++) {
            int high = low;
            if (holds(test, low)) {
                while (high < PROTOCOL_GREATEST && holds(test, high + 1)) {
                    high++;
                }
                parts.add(new Condition.Test(word, low, high));
            }
            low = high;
        }
        return new Condition.Any(parts);
    }

    private static boolean holds(FieldTest test, int protocol) {
        return switch (test.relation()) {
            case EQUAL -> protocol >= test.low() && protocol <= test.high();
            case NOT_EQUAL -> protocol < test.low() || protocol > test.high();
            case GREATER -> protocol > test.low();
            case AT_MOST -> protocol <= test.low();
            case AT_LEAST -> protocol >= test.low();
            case LESS -> protocol < test.low();
        };
    }

    private Condition port() {
        if (value.kind != PrimitiveValue.Kind.NUMBER && value.kind != PrimitiveValue.Kind.PORT) {
            throw bad.apply("'port': expected a port name or number");
        }
        int protocol = primitive.protocol.orElse(PatternNames.TCP_OR_UDP);
        boolean hasPorts = protocol == PatternNames.TCP
                || protocol == PatternNames.UDP
                || protocol == PatternNames.TCP_OR_UDP
                || protocol == PatternNames.DCCP;
        if (!hasPorts) {
            throw bad.apply("'port': the protocol before it has no ports; expected tcp or udp");
        }
        primitive.protocol = OptionalInt.of(protocol);
        FieldTest test = test("port", PORT_GREATEST);
        return withTransport(
                ends(test.relation().isNegative(), source -> test.on(source ? SOURCE_PORT : DESTINATION_PORT)), true);
    }

    private Condition tcpOption() {
        if (value.kind != PrimitiveValue.Kind.NUMBER && value.kind != PrimitiveValue.Kind.TCP_OPTION) {
            throw bad.apply("'tcp opt': expected one of syn, fin, ack, rst, psh, urg, or a number");
        }
        if (primitive.protocol.orElse(PatternNames.TCP) != PatternNames.TCP) {
            throw bad.apply("'tcp opt': only TCP has it");
        }
        if (value.relationGiven || value.isMasked() || value.isRange()) {
            throw bad.apply("'tcp opt' takes no relation, no mask and no range");
        }
        if (value.low < 1 || value.low > 0xff) {
            throw bad.apply("'tcp opt': " + value.low + " is not within 1 to 255");
        }
        primitive.protocol = OptionalInt.of(PatternNames.TCP);
        int flags = (int) value.low << 16;
        return withTransport(Condition.equal(Word.transport(12, flags), flags), true);
    }

    private Condition fragment(FieldTest.Relation relation) {
        noValue();
        PacketField field = family.fragmentation();
        return withTransport(new FieldTest(relation, 0, 0, field.greatest()).on(field), false);
    }

    private Condition ect() {
        PacketField field = family.congestion();
        if (value.kind == PrimitiveValue.Kind.NONE && !value.relationGiven && !value.isMasked()) {
            return withTransport(new FieldTest(FieldTest.Relation.NOT_EQUAL, 0, 0, field.greatest()).on(field), false);
        }
        if (value.kind != PrimitiveValue.Kind.NUMBER) {
            throw bad.apply("'ip ect': expected a number from 0 to 3, or nothing");
        }
        return withTransport(test("ip ect", field.greatest()).on(field), false);
    }

    private Condition ce() {
        noValue();
        PacketField field = family.congestion();
        long both = field.greatest();
        return withTransport(new FieldTest(FieldTest.Relation.EQUAL, both, both, both).on(field), false);
    }

    private void noValue() {
        if (value.kind != PrimitiveValue.Kind.NONE || value.relationGiven || value.isMasked()) {
            throw bad.apply("'" + primitive.text() + "' takes no value");
        }
    }

    private Condition field() {
        PacketField field = primitive.field.orElseThrow();
        boolean named = value.kind == PrimitiveValue.Kind.ICMP_TYPE && field.equals(family.icmpType());
        if (value.kind != PrimitiveValue.Kind.NUMBER && !named) {
            throw bad.apply("'" + field.name() + "': expected a number from 0 to " + field.greatest());
        }
        Condition test = test(field.name(), field.greatest()).on(field);
        return withTransport(test, field.source() == Word.Source.TRANSPORT);
    }

    private FieldTest test(String name, long greatest) {
        long mask = greatest;
        if (value.addressMask.isPresent()) {
            throw bad.apply("'" + name + "': expected a mask that is a number");
        }
        if (value.mask.isPresent()) {
            mask = value.mask.getAsLong();
            if ((mask & ~greatest) != 0) {
                throw bad.apply("'" + name + "': the mask is not within 1 to 0x" + Long.toHexString(greatest));
            }
        }
        boolean equality = value.relation == FieldTest.Relation.EQUAL || value.relation == FieldTest.Relation.NOT_EQUAL;
        if (equality && value.high > greatest) {
            throw bad.apply("'" + name + "': " + value.high + " is not within 0 to " + greatest);
        }
        if (value.isRange() && (!equality || value.mask.isPresent())) {
            throw bad.apply("'" + name + "': a range takes no mask, and no relation but == and !=");
        }
        return new FieldTest(value.relation, value.low, value.high, mask);
    }

    /** The condition together with the protocol, and with being a first fragment where it looks behind the header. */
    private Condition withTransport(Condition condition, boolean firstFragment) {
        List<Condition> parts = new ArrayList<>();
        primitive.protocol.ifPresent(it -> parts.add(transport(it)));
        if (firstFragment) {
            parts.add(family.firstFragment());
        }
        parts.add(condition);
        return parts.size() == 1 ? condition : new Condition.All(Collections.unmodifiableList(parts));
    }

    private Condition transport(int protocol) {
        return switch (protocol) {
            case PatternNames.ANY_TRANSPORT -> Condition.TRUE;
            case PatternNames.TCP_OR_UDP -> Condition.any(transport(PatternNames.TCP), transport(PatternNames.UDP));
            default ->
                Condition.equal(
                        family.protocol().word(family.protocol().greatest()),
                        protocol << family.protocol().shift());
        };
    }
}
