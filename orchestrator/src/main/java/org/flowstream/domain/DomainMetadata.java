package org.flowstream.domain;

import java.io.StringReader;
import java.util.Locale;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.flowstream.model.Accelerator;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.Installation;
import org.flowstream.model.MachineId;
import org.flowstream.model.MachineSpec;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.problem.BadValueException;

/**
 * Our tag on a domain, in its metadata: whose machine it is and what it was made as. A domain without it is not ours,
 * whatever its name.
 *
 * @param devices how many
 */
public record DomainMetadata(
        Installation installation,
        MachineId id,
        Name name,
        Name chain,
        Owner owner,
        ImageDigest image,
        int memoryMib,
        int vcpus,
        int devices,
        Accelerator accelerator) {
    /** The XML namespace of the tag, by which libvirt finds it. */
    public static final String NAMESPACE = "https://flowstream.org/domain/1";

    private static final String PREFIX = "flowstream";
    private static final String ELEMENT = "machine";
    private static final String FORMAT = "1";

    public static DomainMetadata of(Installation installation, MachineSpec machine, Accelerator accelerator) {
        return new DomainMetadata(
                installation,
                machine.id(),
                machine.name(),
                machine.chain(),
                machine.owner(),
                machine.image(),
                machine.memoryMib(),
                machine.vcpus(),
                machine.devices().size(),
                accelerator);
    }

    /**
     * The domain's name: {@code flowstream-NAME} on an ordinary host. Names are an installation's own, so that of another
     * one has its mark in it: {@code flowstream.MARK-NAME}.
     */
    public static String domainName(Installation installation, Name machine) {
        return installation.equals(Installation.STANDARD)
                ? plainName(machine)
                : String.format(Locale.ROOT, "flowstream.%06x-%s", installation.mark(), machine);
    }

    /** What earlier versions called it, whatever its installation. */
    public static String plainName(Name machine) {
        return "flowstream-" + machine;
    }

    /** The tag as an element. */
    void render(Xml xml) {
        xml.empty(
                PREFIX + ":" + ELEMENT,
                "xmlns:" + PREFIX,
                NAMESPACE,
                "format",
                FORMAT,
                "installation",
                installation,
                "id",
                id,
                "name",
                name,
                "chain",
                chain,
                "owner",
                owner,
                "image",
                image,
                "memory-mib",
                memoryMib,
                "vcpus",
                vcpus,
                "devices",
                devices,
                "accelerator",
                accelerator);
    }

    /**
     * Reads what libvirt gives back: the element, with or without its namespace's prefix.
     *
     * @throws BadValueException when it is none of ours
     */
    public static DomainMetadata parse(String xml) {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
        try {
            XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(xml));
            while (reader.next() != XMLStreamConstants.START_ELEMENT) {
                // Comments and blanks may stand before the element.
            }
            String name = reader.getLocalName();
            if (!name.equals(ELEMENT) && !name.endsWith(":" + ELEMENT)) {
                throw BadValueException.expected(name, "the element " + ELEMENT);
            }
            return new DomainMetadata(
                    Installation.parse(attribute(reader, "installation")),
                    MachineId.parse(attribute(reader, "id")),
                    Name.parse(attribute(reader, "name")),
                    Name.parse(attribute(reader, "chain")),
                    Owner.parse(attribute(reader, "owner")),
                    ImageDigest.parse(attribute(reader, "image")),
                    Integer.parseInt(attribute(reader, "memory-mib")),
                    Integer.parseInt(attribute(reader, "vcpus")),
                    Integer.parseInt(attribute(reader, "devices")),
                    Accelerator.parse(attribute(reader, "accelerator")));
        } catch (XMLStreamException | NumberFormatException e) {
            throw BadValueException.of("machine tag '" + xml.strip() + "': " + e.getMessage());
        }
    }

    private static String attribute(XMLStreamReader reader, String name) {
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            if (reader.getAttributeLocalName(i).equals(name)) {
                return reader.getAttributeValue(i);
            }
        }
        throw BadValueException.of("a machine tag without '" + name + "'");
    }
}
