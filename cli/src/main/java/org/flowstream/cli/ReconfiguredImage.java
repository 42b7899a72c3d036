package org.flowstream.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.flowstream.document.BuiltImage;
import org.flowstream.document.ReturnFlow;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.image.ImageException;
import org.flowstream.image.ImageFile;
import org.flowstream.model.ChainSpec;
import org.flowstream.model.DeclaredJson;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.TemplateOrigin;
import org.flowstream.net.FlowMatch;
import org.flowstream.problem.Problems;
import org.flowstream.problem.SourceText;
import org.flowstream.template.Assignment;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.ParameterValue;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateFiles;
import org.flowstream.template.TemplateLoader;
import org.flowstream.template.TemplateSource;
import org.jspecify.annotations.Nullable;

/** The image that a middlebox is to run in place of its own: of what it is declared as, and of what the user changes. */
final class ReconfiguredImage {
    private static final ObjectMapper JSON = DeclaredJson.mapper();

    private final ApiClient client;
    private final ChainSpec chain;
    private final MiddleboxSpec middlebox;

    ReconfiguredImage(ApiClient client, String name) {
        this.client = client;
        String chainName = client.get("/v1/middleboxes/" + ApiClient.segment(name))
                .path("chain")
                .asText();
        this.chain = chain(client.get("/v1/chains/" + ApiClient.segment(chainName)));
        this.middlebox = chain.spec().middleboxes().stream()
                .filter(it -> it.name().equals(Name.parse(name)))
                .findFirst()
                .orElseThrow(() -> new CommandFailure("middlebox '" + name + "' was removed", "flowstream ps"));
    }

    private static ChainSpec chain(JsonNode answer) {
        try {
            return JSON.treeToValue(answer, ChainSpec.class);
        } catch (JsonProcessingException e) {
            throw new CommandFailure("the daemon's answer is not a chain: " + e.getOriginalMessage());
        }
    }

    /**
     * The image, and what it is made from.
     *
     * @param returnFlow of the chain, where it follows from what its middleboxes are
     */
    record Result(Image image, BuiltImage source, Optional<FlowMatch> returnFlow) {}

    /** Builds it; throws all that is wrong. */
    Result build(@Nullable String config, ParameterOptions parameters, boolean reset) {
        TemplateSource source = config == null ? present() : TemplateArgument.source(config);
        Problems problems = new Problems();
        List<Assignment> given = parameters.assignments(problems);
        if (source instanceof TemplateSource.ImageAt || source instanceof TemplateSource.Digest) {
            problems.throwIfAny();
            if (!given.isEmpty()) {
                throw CommandFailure.usage("an image is built already: it takes no parameters");
            }
            Image image = image(source);
            return result(
                    image, new BuiltImage(image.digest(), image.manifest(), TemplateOrigin.OTHER, Optional.empty()));
        }
        ImageCompiler compiler = ImageCompiler.ofProgram();
        Optional<Template> loaded =
                TemplateArgument.load(source, compiler, problems).orElseThrow();
        if (loaded.isEmpty()) {
            problems.throwIfAny();
        }
        Template template = loaded.orElseThrow();
        List<Assignment> assignments = new ArrayList<>();
        if (!reset && template.name().equals(middlebox.templateName())) {
            Set<String> names = given.stream().map(Assignment::name).collect(Collectors.toSet());
            Assignment.ofJson(kept(), problems).stream()
                    .filter(it -> !names.contains(it.name()))
                    .forEach(assignments::add);
        }
        assignments.addAll(given);
        SortedMap<String, ParameterValue> values = ParameterBinder.bind(template, assignments, problems);
        Image image = compiler.build(template, values, problems);
        TemplateOrigin origin = source instanceof TemplateSource.Stock ? TemplateOrigin.STOCK : TemplateOrigin.OTHER;
        return result(image, new BuiltImage(image.digest(), image.manifest(), origin, Optional.of(template)));
    }

    private TemplateSource present() {
        String name = middlebox.templateName();
        if (middlebox.origin() != TemplateOrigin.STOCK
                || !TemplateFiles.Stock.names().contains(name)) {
            throw new CommandFailure(
                    "the template of '" + middlebox.name() + "' (" + middlebox.template()
                            + ") did not come with this program, so what it is made from has to be given",
                    "flowstream reconfigure " + middlebox.name() + " --config FOLDER|FILE.click");
        }
        return new TemplateSource.Stock(name);
    }

    private SourceText kept() {
        try {
            return new SourceText("parameters of " + middlebox.name(), JSON.writeValueAsString(middlebox.parameters()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("parameters that cannot be written: " + middlebox, e);
        }
    }

    private Image image(TemplateSource source) {
        try {
            return source instanceof TemplateSource.ImageAt file
                    ? ImageFile.read(file.file())
                    : stored(((TemplateSource.Digest) source).hex());
        } catch (ImageException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), "flowstream image build");
        }
    }

    private Image stored(String digest) {
        return ImageFile.parse(client.bytes("/v1/images/" + digest + "/file"), "image " + digest);
    }

    /** What comes back follows from what the middleboxes are, unless whoever declared the chain said otherwise. */
    private Result result(Image image, BuiltImage source) {
        Map<Name, BuiltImage> before = new HashMap<>();
        chain.spec().middleboxes().forEach(it -> before.put(it.name(), declared(it)));
        boolean derived = ReturnFlow.of(chain.spec().flow(), chain.spec().middleboxes(), before)
                .equals(chain.spec().returnFlow());
        Map<Name, BuiltImage> after = new HashMap<>(before);
        after.put(middlebox.name(), source);
        return new Result(
                image,
                source,
                derived
                        ? Optional.of(
                                ReturnFlow.of(chain.spec().flow(), chain.spec().middleboxes(), after))
                        : Optional.empty());
    }

    private BuiltImage declared(MiddleboxSpec declared) {
        ImageDigest digest = declared.image();
        Optional<Template> template = declared.origin() == TemplateOrigin.STOCK
                        && TemplateFiles.Stock.names().contains(declared.templateName())
                ? Optional.of(TemplateLoader.stock(declared.templateName()))
                : Optional.empty();
        return new BuiltImage(digest, stored(digest.hex()).manifest(), declared.origin(), template);
    }
}
