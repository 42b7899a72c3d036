package org.flowstream.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.flowstream.document.BuiltImage;
import org.flowstream.document.ChainAssembler;
import org.flowstream.document.Document;
import org.flowstream.document.Document.ChainDocument;
import org.flowstream.document.Document.MiddleboxDocument;
import org.flowstream.document.Document.SourceKind;
import org.flowstream.document.Documents;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.image.ImageException;
import org.flowstream.image.ImageFile;
import org.flowstream.model.BridgeName;
import org.flowstream.model.DeclaredJson;
import org.flowstream.model.ImageDigest;
import org.flowstream.model.TemplateOrigin;
import org.flowstream.problem.BadValueException;
import org.flowstream.problem.Problems;
import org.flowstream.problem.ProblemsException;
import org.flowstream.problem.SourceText;
import org.flowstream.template.ParameterBinder;
import org.flowstream.template.ParameterValue;
import org.flowstream.template.Template;
import org.flowstream.template.TemplateFiles;
import org.flowstream.template.TemplateSource;

/** From documents to what the daemon is asked for: images are built here, and all that is wrong is told at once. */
final class DocumentBuilder {
    private static final ObjectMapper JSON = DeclaredJson.mapper();

    private final ApiClient client;
    private final ImageCompiler compiler = ImageCompiler.ofProgram();
    private final Problems problems = new Problems();
    private final Map<ImageDigest, Image> images = new LinkedHashMap<>();
    private final List<JsonNode> objects = new ArrayList<>();

    private DocumentBuilder(ApiClient client) {
        this.client = client;
    }

    /**
     * Objects in the form of the interface.
     *
     * @param images that their middleboxes need
     */
    record Built(List<JsonNode> objects, List<Image> images) {}

    /** Reads and builds; throws all problems of all files. */
    static Built build(List<SourceText> files, BridgeName ownBridge, ApiClient client) {
        DocumentBuilder builder = new DocumentBuilder(client);
        for (Document document : Documents.read(files, ownBridge, builder.problems)) {
            builder.object(document);
        }
        builder.problems.throwIfAny();
        return new Built(builder.objects, List.copyOf(builder.images.values()));
    }

    private void object(Document document) {
        if (document instanceof Document.PortDocument port) {
            objects.add(json(port.spec()));
        } else if (document instanceof Document.PoolDocument pool) {
            objects.add(json(pool.spec()));
        } else if (document instanceof ChainDocument chain) {
            List<BuiltImage> built = new ArrayList<>();
            chain.middleboxes().forEach(box -> image(box).ifPresent(built::add));
            if (chain.isWhole() && built.size() == chain.middleboxes().size()) {
                ChainAssembler.assemble(chain, built).ifPresent(spec -> objects.add(json(spec)));
            }
        }
    }

    private static JsonNode json(Object value) {
        try {
            return JSON.readTree(JSON.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an object that cannot be written: " + value, e);
        }
    }

    private Optional<BuiltImage> image(MiddleboxDocument box) {
        try {
            TemplateSource source = source(box);
            return source instanceof TemplateSource.ImageAt || source instanceof TemplateSource.Digest
                    ? Optional.of(built(box, source))
                    : template(box, source);
        } catch (BadValueException | ImageException | CommandFailure e) {
            box.problem(member(box.kind()), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static String member(SourceKind kind) {
        return kind.name().toLowerCase(java.util.Locale.ROOT);
    }

    /** What a middlebox names, from where its document is. */
    private static TemplateSource source(MiddleboxDocument box) {
        String what = box.what();
        boolean inProgram = TemplateFiles.Stock.names().contains(what);
        boolean digest = TemplateSource.DIGEST.matcher(what).matches();
        Path folder =
                Optional.ofNullable(Path.of(box.file().file()).getParent()).orElse(Path.of(""));
        String path = folder.resolve(what).toString();
        TemplateSource source = TemplateSource.parse(
                inProgram || digest || (!what.contains("/") && !java.nio.file.Files.exists(folder.resolve(what)))
                        ? what
                        : path);
        boolean fits = switch (box.kind()) {
            case TEMPLATE -> source instanceof TemplateSource.Stock || source instanceof TemplateSource.Folder;
            case CLICK -> source instanceof TemplateSource.Configuration;
            case IMAGE -> source instanceof TemplateSource.ImageAt || source instanceof TemplateSource.Digest;
        };
        if (!fits) {
            throw BadValueException.expected(
                    what,
                    switch (box.kind()) {
                        case TEMPLATE -> "a template that comes with the program, or a folder with one";
                        case CLICK -> "a file NAME.click";
                        case IMAGE -> "a digest sha256:HEX, or a file NAME.elf";
                    });
        }
        return source;
    }

    private BuiltImage built(MiddleboxDocument box, TemplateSource source) {
        if (!box.parameters().isEmpty()) {
            box.problem("parameters", "an image is built already: it takes no parameters");
        }
        Image image = source instanceof TemplateSource.ImageAt file
                ? ImageFile.read(file.file())
                : ImageFile.parse(
                        client.bytes("/v1/images/" + ((TemplateSource.Digest) source).hex() + "/file"),
                        "image " + box.what());
        images.put(image.digest(), image);
        return new BuiltImage(image.digest(), image.manifest(), TemplateOrigin.OTHER, Optional.empty());
    }

    private Optional<BuiltImage> template(MiddleboxDocument box, TemplateSource source) {
        Problems own = new Problems();
        try {
            Optional<Template> loaded =
                    TemplateArgument.load(source, compiler, own).orElseThrow();
            if (loaded.isEmpty()) {
                problems.addAll(own.list());
                return Optional.empty();
            }
            Template template = loaded.get();
            SortedMap<String, ParameterValue> values = ParameterBinder.bind(template, box.parameters(), own);
            Image image = compiler.build(template, values, own);
            images.put(image.digest(), image);
            TemplateOrigin origin =
                    source instanceof TemplateSource.Stock ? TemplateOrigin.STOCK : TemplateOrigin.OTHER;
            return Optional.of(new BuiltImage(image.digest(), image.manifest(), origin, Optional.of(template)));
        } catch (ProblemsException e) {
            problems.addAll(e.problems());
            return Optional.empty();
        }
    }
}
