package org.flowstream.document;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.flowstream.model.BridgeName;
import org.flowstream.model.FailurePolicy;
import org.flowstream.model.HealthLevel;
import org.flowstream.model.HypervisorChoice;
import org.flowstream.model.Instances;
import org.flowstream.model.Limits;
import org.flowstream.model.Name;
import org.flowstream.model.Owner;
import org.flowstream.model.PoolSpec;
import org.flowstream.model.PortName;
import org.flowstream.model.PortSpec;
import org.flowstream.model.StartMode;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;
import org.flowstream.problem.SourceText;
import org.flowstream.template.Assignment;

/** A declared object as it is written, its values checked one by one. */
public sealed interface Document {
    /** A chain, whose middleboxes have yet to be built. */
    record ChainDocument(
            Name name,
            Owner owner,
            BridgeName bridge,
            List<PortName> between,
            FlowMatch flow,
            Optional<FlowMatch> returnFlow,
            int priority,
            Instances instances,
            StartMode start,
            Duration idle,
            FailurePolicy failure,
            Limits limits,
            List<MiddleboxDocument> middleboxes,
            Fields fields)
            implements Document {
        public ChainDocument {
            between = List.copyOf(between);
            middleboxes = List.copyOf(middleboxes);
        }

        /** Whether each of its middleboxes could be read. */
        public boolean isWhole() {
            return fields.children("middleboxes").size() == middleboxes.size();
        }

        /** Adds what is wrong with the chain as a whole. */
        void problem(String member, String message) {
            fields.problem(fields.at(member), fields.path(), message);
        }
    }

    /** A port. */
    record PortDocument(PortSpec spec) implements Document {}

    /** A pool. */
    record PoolDocument(PoolSpec spec) implements Document {}

    /** What a middlebox is made from; paths are from where the document's file is. */
    enum SourceKind {
        /** A stock template, or a folder with one. */
        TEMPLATE,
        /** A bare configuration. */
        CLICK,
        /** A digest, or a built file. */
        IMAGE
    }

    /**
     * A middlebox of a chain.
     *
     * @param given its name, where the document gives one
     * @param what the template, file or digest
     * @param parameters with their places
     * @param devices what is wired explicitly
     */
    record MiddleboxDocument(
            Optional<Name> given,
            SourceKind kind,
            String what,
            List<Assignment> parameters,
            Map<String, WireEnd> devices,
            HypervisorChoice hypervisor,
            Optional<Integer> memoryMib,
            Optional<List<HealthLevel>> ready,
            Optional<Duration> heartbeat,
            Fields fields) {
        public MiddleboxDocument {
            parameters = List.copyOf(parameters);
            devices = Map.copyOf(devices);
        }

        /** Adds what is wrong with a member of it. */
        public void problem(String member, String message) {
            fields.problem(fields.at(member), fields.join(member), message);
        }

        /** The file that it stands in. */
        public SourceText file() {
            return fields.source();
        }
    }
}
